package io.github.grpck8s.test;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.grpck8s.test.RecordedRequest.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Answers list and watch requests of EndpointSlices in one namespace, and nothing else.
 */
final class EndpointSliceApi implements HttpConnection.Handler {

	private static final Pattern PATH = Pattern
		.compile("/apis/discovery\\.k8s\\.io/v1/namespaces/([^/]+)/endpointslices/?");

	private final SliceStore store;

	private final RequestLog log;

	private final ActiveFaults faults;

	private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

	/**
	 * Accepted tokens, {@code null} for anyone.
	 */
	private volatile @Nullable Set<String> tokens;

	private volatile Duration bookmarksEvery = Duration.ofMinutes(1);

	EndpointSliceApi(SliceStore store, RequestLog log, ActiveFaults faults) {
		this.store = store;
		this.log = log;
		this.faults = faults;
	}

	void accept(@Nullable Set<String> tokens) {
		this.tokens = tokens;
	}

	void bookmarksEvery(Duration time) {
		this.bookmarksEvery = time;
	}

	Duration bookmarksEvery() {
		return this.bookmarksEvery;
	}

	SliceStore store() {
		return this.store;
	}

	RequestLog log() {
		return this.log;
	}

	Set<Watch> watches() {
		return this.watches;
	}

	@Override
	public void handle(HttpRequest request, HttpConnection connection) throws IOException, InterruptedException {
		Matcher path = PATH.matcher(request.path());
		boolean known = path.matches() && "GET".equals(request.method());
		String namespace = known ? path.group(1) : "";
		Kind kind = known ? (request.isWatch() ? Kind.WATCH : (request.isPage() ? Kind.PAGE : Kind.LIST)) : Kind.OTHER;
		boolean accepted = isAccepted(request.headers().getOrDefault("authorization", ""));
		Map<String, String> headers = new LinkedHashMap<>(request.headers());
		headers.remove("authorization");
		this.log.add(new RecordedRequest(Instant.now(), request.method(), request.path(), request.query(), headers,
				accepted, kind));
		Exchange exchange = new Exchange(this, request, connection, namespace, kind);
		for (Fault.Effect effect : this.faults.take(kind, namespace)) {
			if (exchange.suffer(effect)) {
				return;
			}
		}
		if (!accepted) {
			exchange.fail(401, "Unauthorized", "Unauthorized");
		}
		else if (kind == Kind.OTHER) {
			exchange.fail(404, "NotFound", "this fake of Kubernetes serves only lists and watches of EndpointSlices");
		}
		else {
			exchange.answer(-1);
		}
	}

	private boolean isAccepted(String authorization) {
		Set<String> accepted = this.tokens;
		return accepted == null
				|| (authorization.startsWith("Bearer ") && accepted.contains(authorization.substring(7).trim()));
	}

}
