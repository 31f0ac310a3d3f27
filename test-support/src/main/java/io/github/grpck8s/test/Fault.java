package io.github.grpck8s.test;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * One way in which the API fails. Immutable: each method returns a changed copy. Takes
 * effect when given to {@link FakeKubernetes#inject(Fault)}, for requests that come after
 * that; watches that are open already are the business of {@link OpenWatches}.
 */
public final class Fault {

	private final Effect effect;

	private final RecordedRequest.@Nullable Kind kind;

	private final @Nullable String namespace;

	private final int times;

	/**
	 * What happens to a request.
	 */
	sealed interface Effect {

	}

	/**
	 * A Status object, with {@code Retry-After} where there is one.
	 */
	record Answer(int status, String reason, String message, @Nullable Duration retryAfter) implements Effect {

	}

	/**
	 * A text instead of an object.
	 */
	record Text(int status, String type, String body) implements Effect {

	}

	/**
	 * The right answer, later.
	 */
	record Delay(Duration time) implements Effect {

	}

	/**
	 * A list as it was.
	 */
	record Stale(long version) implements Effect {

	}

	/**
	 * Effects without parameters.
	 */
	enum Simple implements Effect {

		SILENCE, SILENT_STREAM, RESET, HALF, GONE_EVENT

	}

	private Fault(Effect effect, RecordedRequest.@Nullable Kind kind, @Nullable String namespace, int times) {
		this.effect = effect;
		this.kind = kind;
		this.namespace = namespace;
		this.times = times;
	}

	private Fault(Effect effect) {
		this(effect, null, null, Integer.MAX_VALUE);
	}

	/**
	 * Answer with a Status object.
	 * @param status the HTTP status
	 * @param reason the reason in the object, for example {@code InternalError}
	 * @param message the message for people
	 * @return the fault
	 */
	public static Fault status(int status, String reason, String message) {
		return new Fault(new Answer(status, reason, message, null));
	}

	/**
	 * 401, as for a token that has run out.
	 * @return the fault
	 */
	public static Fault unauthorized() {
		return status(401, "Unauthorized", "Unauthorized");
	}

	/**
	 * 403, as without a Role.
	 * @return the fault
	 */
	public static Fault forbidden() {
		return status(403, "Forbidden", "");
	}

	/**
	 * 404, as from a server that knows no EndpointSlices.
	 * @return the fault
	 */
	public static Fault notFound() {
		return status(404, "NotFound", "the server could not find the requested resource");
	}

	/**
	 * 410 as HTTP status: what was asked for is older than what is kept.
	 * @return the fault
	 */
	public static Fault gone() {
		return status(410, "Expired", "too old resource version");
	}

	/**
	 * 410 as the first event of a watch that is answered with 200.
	 * @return the fault
	 */
	public static Fault goneAsEvent() {
		return new Fault(Simple.GONE_EVENT).onWatches();
	}

	/**
	 * 429 with {@code Retry-After}.
	 * @param retryAfter after which time to come back, whole seconds
	 * @return the fault
	 */
	public static Fault tooManyRequests(Duration retryAfter) {
		return new Fault(new Answer(429, "TooManyRequests", "too many requests, please try again later", retryAfter));
	}

	/**
	 * 500.
	 * @return the fault
	 */
	public static Fault internalError() {
		return status(500, "InternalError", "Internal error occurred: etcdserver: request timed out");
	}

	/**
	 * A text that is no answer of Kubernetes, as from a proxy. On a watch it stands where
	 * the events should.
	 * @param status the HTTP status
	 * @param type the content type
	 * @param body the text
	 * @return the fault
	 */
	public static Fault text(int status, String type, String body) {
		return new Fault(new Text(status, type, body));
	}

	/**
	 * Answer correctly, but late.
	 * @param delay how late
	 * @return the fault
	 */
	public static Fault slow(Duration delay) {
		return new Fault(new Delay(delay));
	}

	/**
	 * Take the request and never answer, as when the host behind a load balancer is gone.
	 * A request that met it stays unanswered also after it is healed.
	 * @return the fault
	 */
	public static Fault silent() {
		return new Fault(Simple.SILENCE);
	}

	/**
	 * Answer a watch with 200 and then send nothing, no bookmarks either.
	 * @return the fault
	 */
	public static Fault silentStream() {
		return new Fault(Simple.SILENT_STREAM).onWatches();
	}

	/**
	 * Reset the connection instead of answering.
	 * @return the fault
	 */
	public static Fault reset() {
		return new Fault(Simple.RESET);
	}

	/**
	 * Send the first half of a list and reset the connection.
	 * @return the fault
	 */
	public static Fault halfAnswer() {
		return new Fault(Simple.HALF).onLists();
	}

	/**
	 * Answer lists as they were at an earlier version, as an API server does that lags
	 * behind.
	 * @param resourceVersion that version, see {@link FakeKubernetes#resourceVersion()}
	 * @return the fault
	 */
	public static Fault staleLists(long resourceVersion) {
		return new Fault(new Stale(resourceVersion)).onLists();
	}

	/**
	 * Only for first pages of lists.
	 * @return the changed fault
	 */
	public Fault onLists() {
		return new Fault(this.effect, RecordedRequest.Kind.LIST, this.namespace, this.times);
	}

	/**
	 * Only for further pages of lists.
	 * @return the changed fault
	 */
	public Fault onPages() {
		return new Fault(this.effect, RecordedRequest.Kind.PAGE, this.namespace, this.times);
	}

	/**
	 * Only for watches.
	 * @return the changed fault
	 */
	public Fault onWatches() {
		return new Fault(this.effect, RecordedRequest.Kind.WATCH, this.namespace, this.times);
	}

	/**
	 * Only in one namespace.
	 * @param namespace the namespace
	 * @return the changed fault
	 */
	public Fault in(String namespace) {
		return new Fault(this.effect, this.kind, namespace, this.times);
	}

	/**
	 * Only for the next requests that it fits.
	 * @param times how many
	 * @return the changed fault
	 */
	public Fault times(int times) {
		return new Fault(this.effect, this.kind, this.namespace, times);
	}

	Effect effect() {
		return this.effect;
	}

	int times() {
		return this.times;
	}

	boolean fits(RecordedRequest.Kind kind, String namespace) {
		return (this.kind == null || this.kind == kind) && (this.namespace == null || this.namespace.equals(namespace));
	}

}
