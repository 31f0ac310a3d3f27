package io.github.grpck8s.discovery;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * An API server whose answers a test gives by hand, at the moment it likes.
 */
final class ScriptedApi implements ApiServer {

	final List<Request> requests = new CopyOnWriteArrayList<>();

	boolean closed;

	@Override
	public String url() {
		return "https://api.example";
	}

	@Override
	public @Nullable String serviceAccount() {
		return "shop/web";
	}

	@Override
	public Exchange get(String path, Duration timeout, Listener listener) {
		Request request = new Request(path, listener);
		this.requests.add(request);
		return () -> request.cancelled = true;
	}

	@Override
	public void close() {
		this.closed = true;
	}

	Request last() {
		return this.requests.get(this.requests.size() - 1);
	}

	long lists() {
		return this.requests.stream().filter((request) -> !request.isWatch()).count();
	}

	long watches() {
		return this.requests.stream().filter(Request::isWatch).count();
	}

	static String list(String version, String... items) {
		return page(version, "", items);
	}

	static String page(String version, String next, String... items) {
		return "{\"kind\":\"EndpointSliceList\",\"metadata\":{\"resourceVersion\":\"" + version + "\",\"continue\":\""
				+ next + "\"},\"items\":[" + String.join(",", items) + "]}";
	}

	static String item(String name, String version, String... addresses) {
		StringBuilder endpoints = new StringBuilder();
		for (String address : addresses) {
			endpoints.append(endpoints.isEmpty() ? "" : ",").append(endpoint(address, true, false));
		}
		return itemOf(name, version, endpoints.toString());
	}

	static String endpoint(String address, boolean ready, boolean terminating) {
		return "{\"addresses\":[\"" + address + "\"],\"conditions\":{\"ready\":" + ready + ",\"terminating\":"
				+ terminating + "},\"targetRef\":{\"kind\":\"Pod\",\"name\":\"pod-" + address + "\",\"uid\":\"uid-"
				+ address + "\"}}";
	}

	static String itemOf(String name, String version, String endpoints) {
		return "{\"metadata\":{\"name\":\"" + name + "\",\"namespace\":\"shop\",\"uid\":\"uid-" + name
				+ "\",\"resourceVersion\":\"" + version + "\",\"labels\":{\"kubernetes.io/service-name\":\"users\"}},"
				+ "\"addressType\":\"IPv4\",\"ports\":[{\"name\":\"grpc\",\"port\":9090}],\"endpoints\":[" + endpoints
				+ "]}";
	}

	static String event(String type, String item) {
		return "{\"type\":\"" + type + "\",\"object\":" + item + "}\n";
	}

	static String bookmark(String version) {
		return event("BOOKMARK", "{\"metadata\":{\"resourceVersion\":\"" + version + "\"}}");
	}

	/**
	 * A request that waits for its answer.
	 */
	static final class Request {

		final String path;

		boolean cancelled;

		boolean answered;

		private final Listener listener;

		Request(String path, Listener listener) {
			this.path = path;
			this.listener = listener;
		}

		boolean isWatch() {
			return this.path.contains("watch=true");
		}

		void answer(int status, String body) {
			answer(status, body, null);
		}

		void answer(int status, String body, @Nullable String retryAfter) {
			this.answered = true;
			this.listener.headers(status, retryAfter);
			send(body);
			end();
		}

		void open() {
			this.answered = true;
			this.listener.headers(200, null);
		}

		void send(String text) {
			this.listener.data(ByteBuffer.wrap(text.getBytes(UTF_8)));
		}

		void end() {
			this.listener.end(null);
		}

		void cut() {
			this.listener.end(new IOException("connection reset"));
		}

	}

}
