package io.github.grpck8s.test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client that understands nothing: it shows the text of answers and the lines of
 * watches.
 */
final class ApiClient {

	private static final Pattern VERSION = Pattern.compile("\"resourceVersion\":\"(\\d+)\"");

	private static final Pattern CONTINUE = Pattern.compile("\"continue\":\"([^\"]+)\"");

	private final HttpClient client = HttpClient.newHttpClient();

	private final FakeKubernetes kubernetes;

	ApiClient(FakeKubernetes kubernetes) {
		this.kubernetes = kubernetes;
	}

	HttpRequest request(String pathAndQuery) {
		return HttpRequest.newBuilder(URI.create(this.kubernetes.url() + pathAndQuery))
			.header("Authorization", "Bearer " + this.kubernetes.token())
			.header("User-Agent", "test")
			.build();
	}

	static String slices(String namespace, String query) {
		return "/apis/discovery.k8s.io/v1/namespaces/" + namespace + "/endpointslices" + query;
	}

	HttpResponse<String> get(String pathAndQuery) throws IOException, InterruptedException {
		return this.client.send(request(pathAndQuery), HttpResponse.BodyHandlers.ofString());
	}

	HttpResponse<String> list(String query) throws IOException, InterruptedException {
		return get(slices("shop", query));
	}

	Lines watch(String query) throws IOException, InterruptedException {
		return new Lines(this.client.send(request(slices("shop", "?watch=true&allowWatchBookmarks=true" + query)),
				HttpResponse.BodyHandlers.ofInputStream()));
	}

	static long version(String json) {
		return Long.parseLong(find(VERSION, json));
	}

	static String continueToken(String json) {
		return find(CONTINUE, json);
	}

	private static String find(Pattern pattern, String json) {
		Matcher matcher = pattern.matcher(json);
		return matcher.find() ? matcher.group(1) : "";
	}

	/**
	 * The lines of a watch.
	 */
	static final class Lines implements AutoCloseable {

		private static final String END = "(end)";

		private static final String CUT = "(cut)";

		private final HttpResponse<InputStream> response;

		private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

		Lines(HttpResponse<InputStream> response) {
			this.response = response;
			Thread reader = new Thread(this::read, "reader");
			reader.setDaemon(true);
			reader.start();
		}

		private void read() {
			try (BufferedReader reader = new BufferedReader(
					new InputStreamReader(this.response.body(), StandardCharsets.UTF_8))) {
				String line = reader.readLine();
				while (line != null) {
					this.lines.add(line);
					line = reader.readLine();
				}
				this.lines.add(END);
			}
			catch (IOException ex) {
				this.lines.add(CUT);
			}
		}

		int status() {
			return this.response.statusCode();
		}

		/**
		 * The next line, {@code (end)}, {@code (cut)}, or {@code (nothing)} within 20 s.
		 */
		String next() throws InterruptedException {
			return next(20_000);
		}

		String next(long milliseconds) throws InterruptedException {
			String line = this.lines.poll(milliseconds, TimeUnit.MILLISECONDS);
			return (line != null) ? line : "(nothing)";
		}

		@Override
		public void close() throws IOException {
			this.response.body().close();
		}

	}

}
