package io.github.grpck8s.discovery;

import java.net.http.HttpClient.Builder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.TokenRefreshInterceptor;
import org.jspecify.annotations.Nullable;

/**
 * Asks the API server with fabric8's HTTP client: its configuration, credentials and TLS,
 * nothing of its retries or informers.
 */
final class FabricApiServer implements ApiServer {

	private final Config config;

	private final @Nullable Path tokenFile;

	private final String base;

	private final HttpClient client;

	FabricApiServer(Config config, @Nullable Path tokenFile) {
		this.config = config;
		this.tokenFile = tokenFile;
		this.base = config.getMasterUrl().endsWith("/")
				? config.getMasterUrl().substring(0, config.getMasterUrl().length() - 1) : config.getMasterUrl();
		HttpClient.Builder builder = new ClientFactory().newBuilder(config);
		// a dead HTTP/2 connection would be used again for the next watch
		builder.preferHttp11();
		builder.tag(new RequestConfigBuilder(config.getRequestConfig()).withRequestRetryBackoffLimit(0).build());
		if (tokenFile != null) {
			builder.addOrReplaceInterceptor(TokenRefreshInterceptor.NAME, new TokenFile(tokenFile));
		}
		this.client = builder.build();
	}

	@Override
	public String url() {
		return this.base;
	}

	@Override
	public @Nullable String serviceAccount() {
		String token = (this.tokenFile != null) ? ServiceAccount.read(this.tokenFile)
				: (this.config.getOauthToken() != null) ? this.config.getOauthToken() : this.config.getAutoOAuthToken();
		return ServiceAccount.ofToken(token);
	}

	@Override
	public Exchange get(String path, Duration timeout, Listener listener) {
		HttpRequest request = this.client.newHttpRequestBuilder()
			.uri(this.base + path)
			.header("Accept", "application/json")
			.timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
			.build();
		Running running = new Running(listener);
		this.client.consumeBytes(request, running).whenComplete(running::answered);
		return running;
	}

	@Override
	public void close() {
		this.client.close();
	}

	/**
	 * One request on its way. The client may deliver the body before the future completes
	 * on another thread; therefore the body is only asked for after the headers were
	 * told.
	 */
	private static final class Running implements Exchange, AsyncBody.Consumer<List<ByteBuffer>> {

		private static final Exchange CANCELLED = () -> {
		};

		private final Listener listener;

		private final AtomicReference<@Nullable Exchange> body = new AtomicReference<>();

		Running(Listener listener) {
			this.listener = listener;
		}

		void answered(@Nullable HttpResponse<AsyncBody> response, @Nullable Throwable cause) {
			if (response == null) {
				this.listener.end((cause != null) ? cause : new CancellationException());
				return;
			}
			AsyncBody content = response.body();
			if (!this.body.compareAndSet(null, content::cancel)) {
				content.cancel();
				return;
			}
			this.listener.headers(response.code(), response.header("Retry-After"));
			content.done().whenComplete((nothing, failure) -> this.listener.end(failure));
			content.consume();
		}

		@Override
		public void consume(List<ByteBuffer> parts, AsyncBody content) {
			parts.forEach(this.listener::data);
			content.consume();
		}

		@Override
		public void cancel() {
			Exchange running = this.body.getAndSet(CANCELLED);
			if (running != null) {
				running.cancel();
			}
		}

	}

	/**
	 * Sends the token that is in the file now.
	 */
	private static final class TokenFile implements Interceptor {

		private final Path file;

		private volatile @Nullable String last;

		TokenFile(Path file) {
			this.file = file;
		}

		@Override
		public void before(BasicBuilder request, HttpRequest original, RequestTags tags) {
			authorize(request);
		}

		@Override
		public CompletableFuture<Boolean> afterFailure(BasicBuilder request, HttpResponse<?> response,
				RequestTags tags) {
			String refused = this.last;
			boolean another = response.code() == 401 && !String.valueOf(refused).equals(ServiceAccount.read(this.file));
			if (another) {
				authorize(request);
			}
			return CompletableFuture.completedFuture(another);
		}

		private void authorize(BasicBuilder request) {
			String token = ServiceAccount.read(this.file);
			if (token != null && !token.isEmpty()) {
				// a file that is just being replaced must not lose the good one
				this.last = token;
			}
			if (this.last != null) {
				request.setHeader("Authorization", "Bearer " + this.last);
			}
		}

	}

	/**
	 * Makes the client's few threads ours: named, daemons, gone soon after they are idle.
	 */
	private static final class ClientFactory extends JdkHttpClientFactory {

		@Override
		protected Builder createNewHttpClientBuilder() {
			ThreadPoolExecutor threads = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS,
					new SynchronousQueue<>(), (task) -> {
						Thread thread = new Thread(task, "grpc-k8s-discovery-http");
						thread.setDaemon(true);
						return thread;
					});
			return java.net.http.HttpClient.newBuilder().executor((Executor) threads);
		}

	}

}
