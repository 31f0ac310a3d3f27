package io.github.grpck8s.test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.grpck8s.test.RecordedRequest.Kind;

/**
 * One request and its answer.
 */
final class Exchange {

	private static final String JSON = "application/json";

	/**
	 * How long a watch lasts that asks for nothing else.
	 */
	private static final long WATCH_SECONDS = 1_800;

	private final EndpointSliceApi api;

	private final HttpRequest request;

	private final HttpConnection connection;

	private final String namespace;

	private final Kind kind;

	private boolean half;

	Exchange(EndpointSliceApi api, HttpRequest request, HttpConnection connection, String namespace, Kind kind) {
		this.api = api;
		this.request = request;
		this.connection = connection;
		this.namespace = namespace;
		this.kind = kind;
	}

	/**
	 * Let a fault take effect.
	 * @param effect the effect
	 * @return whether the request is answered, as far as it ever will be
	 */
	boolean suffer(Fault.Effect effect) throws IOException, InterruptedException {
		if (effect instanceof Fault.Delay delay) {
			Thread.sleep(delay.time().toMillis());
			return false;
		}
		if (effect instanceof Fault.Answer answer) {
			fail(answer);
		}
		else if (effect instanceof Fault.Text text) {
			this.connection.answer(text.status(), Map.of(), text.type(), text.body());
		}
		else if (effect instanceof Fault.Stale stale) {
			answer(stale.version());
		}
		else if (effect == Fault.Simple.SILENCE) {
			this.connection.awaitGone();
		}
		else if (effect == Fault.Simple.RESET) {
			this.connection.reset();
		}
		else if (effect == Fault.Simple.HALF) {
			this.half = true;
			answer(-1);
		}
		else {
			Watch watch = newWatch(LabelSelector.parse(null));
			if (effect == Fault.Simple.GONE_EVENT) {
				watch.expire();
			}
			else {
				watch.silence();
			}
			run(watch);
		}
		return true;
	}

	private void fail(Fault.Answer answer) throws IOException {
		if (answer.status() == 403 && answer.message().isEmpty()) {
			this.connection.answer(403, Map.of(), JSON, Statuses.forbidden(this.namespace, this.kind == Kind.WATCH));
			return;
		}
		Duration retryAfter = answer.retryAfter();
		Map<String, String> headers = (retryAfter != null)
				? Map.of("Retry-After", Long.toString(retryAfter.toSeconds())) : Map.of();
		Map<String, ?> details = (retryAfter != null) ? Map.of("retryAfterSeconds", retryAfter.toSeconds()) : null;
		this.connection.answer(answer.status(), headers, JSON,
				Statuses.json(answer.status(), answer.reason(), answer.message(), details));
	}

	void fail(int status, String reason, String message) throws IOException {
		fail(new Fault.Answer(status, reason, message, null));
	}

	/**
	 * Answer as the real API does.
	 * @param staleVersion a list is answered as it was at this version; negative for now
	 */
	void answer(long staleVersion) throws IOException, InterruptedException {
		try {
			LabelSelector selector = LabelSelector.parse(this.request.query().get("labelSelector"));
			long version = this.request.number("resourceVersion", -1);
			if (this.request.query().containsKey("fieldSelector")) {
				throw new IllegalArgumentException("this fake knows no field selectors");
			}
			if (this.kind == Kind.WATCH) {
				watch(selector, version);
			}
			else {
				list(selector, version, staleVersion);
			}
		}
		catch (SliceStore.GoneException ex) {
			if (this.kind == Kind.WATCH) {
				Watch watch = newWatch(LabelSelector.parse(null));
				watch.expire();
				run(watch);
			}
			else {
				fail(410, "Expired",
						this.request.isPage() ? "The provided continue parameter is too old to "
								+ "display a consistent list result. You can start a new list without the continue "
								+ "parameter." : "The resourceVersion for the provided list is too old.");
			}
		}
		catch (IllegalArgumentException ex) {
			fail(400, "BadRequest", String.valueOf(ex.getMessage()));
		}
	}

	private void list(LabelSelector selector, long wanted, long staleVersion)
			throws IOException, SliceStore.GoneException {
		SliceStore store = this.api.store();
		// as the real API: from its cache (version 0) a list comes whole
		long limit = (wanted == 0) ? 0 : this.request.number("limit", 0);
		List<StoredSlice> slices;
		long at;
		synchronized (store) {
			at = (staleVersion >= 0) ? staleVersion : store.version();
			if (this.request.isPage()) {
				at = Long.parseLong(position()[0]);
			}
			else if (wanted > store.version()) {
				fail(504, "Timeout", "Too large resource version: " + wanted + ", current: " + store.version());
				return;
			}
			else if ("Exact".equals(this.request.query().get("resourceVersionMatch"))) {
				at = wanted;
			}
			slices = store.list(this.namespace, selector, at);
		}
		if (this.request.isPage()) {
			String last = position()[1];
			slices = slices.stream().filter((slice) -> slice.name().compareTo(last) > 0).toList();
		}
		String next = "";
		if (limit > 0 && slices.size() > limit) {
			slices = slices.subList(0, (int) limit);
			next = Base64.getUrlEncoder()
				.encodeToString((at + "/" + slices.get(slices.size() - 1).name()).getBytes(StandardCharsets.UTF_8));
		}
		String answer = list(at, next, slices);
		if (this.half) {
			this.connection.answerHalf(JSON, answer);
		}
		else {
			this.connection.answer(200, Map.of(), JSON, answer);
		}
	}

	private String[] position() {
		String token = this.request.query().getOrDefault("continue", "");
		String[] position = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8).split("/", 2);
		if (position.length != 2) {
			throw new IllegalArgumentException("continue key is not valid");
		}
		return position;
	}

	private String list(long version, String next, List<StoredSlice> slices) {
		Map<String, Object> meta = new LinkedHashMap<>();
		meta.put("resourceVersion", Long.toString(version));
		if (!next.isEmpty()) {
			meta.put("continue", next);
		}
		return "{\"kind\":\"EndpointSliceList\",\"apiVersion\":\"discovery.k8s.io/v1\",\"metadata\":" + Json.write(meta)
				+ ",\"items\":[" + slices.stream().map(StoredSlice::item).collect(Collectors.joining(",")) + "]}\n";
	}

	private void watch(LabelSelector selector, long version)
			throws IOException, InterruptedException, SliceStore.GoneException {
		SliceStore store = this.api.store();
		Watch watch = newWatch(selector);
		boolean initialEvents = "true".equals(this.request.query().get("sendInitialEvents"));
		try {
			if (version <= 0 || initialEvents) {
				synchronized (store) {
					store.watchFromNow(watch);
					if (initialEvents) {
						watch.bookmark(true);
					}
				}
			}
			else {
				store.watch(watch, version);
			}
			run(watch);
		}
		finally {
			store.unwatch(watch);
		}
	}

	private Watch newWatch(LabelSelector selector) {
		return new Watch(this.namespace, selector, "true".equals(this.request.query().get("allowWatchBookmarks")),
				this.connection, this.api.store(), this.api.log()::changed);
	}

	private void run(Watch watch) throws IOException, InterruptedException {
		Duration lasts = Duration.ofSeconds(this.request.number("timeoutSeconds", WATCH_SECONDS));
		this.api.watches().add(watch);
		this.api.log().watchOpened();
		try {
			watch.run(lasts, this.api.bookmarksEvery());
		}
		finally {
			this.api.watches().remove(watch);
			this.api.log().watchClosed();
		}
	}

}
