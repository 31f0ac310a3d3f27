package io.github.grpck8s.test;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Every way to fail, on and off.
 */
class FaultTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private final FakeKubernetes kubernetes = FakeKubernetes.start();

	private final FakeService users = this.kubernetes.service("shop", "users");

	private final ApiClient client = new ApiClient(this.kubernetes);

	@AfterEach
	void close() {
		this.kubernetes.close();
	}

	@Test
	void answersWithTheStatusAskedFor() throws Exception {
		assertStatus(Fault.unauthorized(), 401, "Unauthorized");
		assertStatus(Fault.forbidden(), 403,
				"endpointslices.discovery.k8s.io is forbidden: User \\\"system:serviceaccount:shop:default\\\" cannot list");
		assertStatus(Fault.notFound(), 404, "NotFound");
		assertStatus(Fault.gone(), 410, "Expired");
		assertStatus(Fault.internalError(), 500, "InternalError");
		assertStatus(Fault.status(503, "ServiceUnavailable", "starting"), 503, "starting");
		assertStatus(Fault.text(200, "text/html", "<html>Log in</html>"), 200, "<html>Log in</html>");
	}

	private void assertStatus(Fault fault, int status, String text) throws Exception {
		this.kubernetes.inject(fault);
		HttpResponse<String> response = this.client.list("");
		assertThat(response.statusCode()).as(text).isEqualTo(status);
		assertThat(response.body()).contains(text);
		this.kubernetes.heal(fault);
		assertThat(this.client.list("").statusCode()).as("healed").isEqualTo(200);
	}

	@Test
	void tooManyRequestsSaysWhenToComeBack() throws Exception {
		this.kubernetes.inject(Fault.tooManyRequests(Duration.ofSeconds(7)).times(1));
		HttpResponse<String> response = this.client.list("");
		assertThat(response.statusCode()).isEqualTo(429);
		assertThat(response.headers().firstValue("Retry-After")).hasValue("7");
		assertThat(this.client.list("").statusCode()).isEqualTo(200);
	}

	@Test
	void faultsFitOnlyWhatTheyAreMadeFor() throws Exception {
		this.kubernetes.inject(Fault.forbidden().onWatches().in("shop"));
		assertThat(this.client.list("").statusCode()).isEqualTo(200);
		assertThat(this.client.watch("").status()).isEqualTo(403);
		assertThat(this.client.get(ApiClient.slices("other", "?watch=1&timeoutSeconds=1")).statusCode()).isEqualTo(200);
	}

	@Test
	void rotatedTokenIsTheOnlyOneAccepted() throws Exception {
		try (ApiClient.Lines watch = this.client.watch("")) {
			HttpResponse<String> before = this.client.list("");
			this.kubernetes.acceptToken("rotated");
			this.users.scale(1);
			assertThat(watch.next()).as("open watch").contains("ADDED");
			assertThat(before.statusCode()).isEqualTo(200);
			assertThat(this.client.list("").statusCode()).as("the client reads the token anew").isEqualTo(200);
			this.kubernetes.acceptToken("rotated again");
		}
		HttpRequest withOldToken = this.client.request(ApiClient.slices("shop", ""));
		this.kubernetes.acceptToken("rotated for the last time");
		assertThat(HttpClient.newHttpClient().send(withOldToken, HttpResponse.BodyHandlers.ofString()).statusCode())
			.isEqualTo(401);
		assertThat(this.kubernetes.requests()).last().extracting(RecordedRequest::tokenAccepted).isEqualTo(false);
		this.kubernetes.acceptAnyone();
		assertThat(HttpClient.newHttpClient().send(withOldToken, HttpResponse.BodyHandlers.ofString()).statusCode())
			.isEqualTo(200);
	}

	@Test
	void goesDownAndComesBackOnTheSamePort() throws Exception {
		String url = this.kubernetes.url();
		try (ApiClient.Lines watch = this.client.watch("")) {
			this.kubernetes.down();
			assertThat(watch.next()).isEqualTo("(cut)");
		}
		assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> this.client.list(""));
		this.kubernetes.up();
		assertThat(this.kubernetes.url()).isEqualTo(url);
		assertThat(this.client.list("").statusCode()).isEqualTo(200);
	}

	@Test
	void cutsAndEndsWatches() throws Exception {
		try (ApiClient.Lines watch = this.client.watch("")) {
			this.users.scale(1);
			// before the cut: a reset throws away what the client has not read yet
			assertThat(watch.next()).contains("ADDED");
			this.kubernetes.openWatchStreams().send("{\"type\":\"MOD");
			assertThat(this.kubernetes.openWatchStreams().cut()).isEqualTo(1);
			assertThat(this.kubernetes.openWatches()).isZero();
			assertThat(watch.next()).isEqualTo("(cut)");
		}
		try (ApiClient.Lines watch = this.client.watch("&resourceVersion=" + this.kubernetes.resourceVersion())) {
			assertThat(this.kubernetes.openWatchStreams().end()).isEqualTo(1);
			assertThat(watch.next()).isEqualTo("(end)");
		}
		assertThat(this.client.list("").statusCode()).as("connection goes on after an orderly end").isEqualTo(200);
	}

	@Test
	void cutIsAReset() throws Exception {
		URI uri = URI.create(this.kubernetes.url());
		try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
			socket.getOutputStream()
				.write(("GET " + ApiClient.slices("shop", "?watch=true") + " HTTP/1.1\r\nAuthorization: Bearer "
						+ this.kubernetes.token() + "\r\n\r\n")
					.getBytes(StandardCharsets.ISO_8859_1));
			this.kubernetes.awaitOpenWatches(1, SOON);
			this.kubernetes.openWatchStreams().cut();
			assertThatExceptionOfType(SocketException.class).isThrownBy(() -> socket.getInputStream().readAllBytes())
				.withMessage("Connection reset");
		}
	}

	@Test
	void whatIsNoRequestEndsOnlyItsConnection() throws Exception {
		URI uri = URI.create(this.kubernetes.url());
		try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
			socket.getOutputStream().write("GET /?a=%zz HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
			assertThat(socket.getInputStream().read()).isEqualTo(-1);
		}
		assertThat(this.client.list("").statusCode()).isEqualTo(200);
	}

	@Test
	void watchExpiresInThreeWays() throws Exception {
		try (ApiClient.Lines watch = this.client.watch("")) {
			this.kubernetes.openWatchStreams().expire();
			assertThat(watch.next()).contains("\"type\":\"ERROR\"", "\"code\":410");
			assertThat(watch.next()).isEqualTo("(end)");
		}
		Fault event = this.kubernetes.inject(Fault.goneAsEvent());
		try (ApiClient.Lines watch = this.client.watch("")) {
			assertThat(watch.status()).isEqualTo(200);
			assertThat(watch.next()).contains("\"type\":\"ERROR\"", "\"code\":410");
		}
		this.kubernetes.heal(event);
		this.kubernetes.inject(Fault.gone().onWatches());
		try (ApiClient.Lines watch = this.client.watch("")) {
			assertThat(watch.status()).isEqualTo(410);
		}
	}

	@Test
	void silenceIsNoAnswerAndNoEnd() throws Exception {
		try (ApiClient.Lines watch = this.client.watch("")) {
			this.kubernetes.goSilent();
			this.users.scale(1);
			this.kubernetes.openWatchStreams().bookmark();
			assertThat(watch.next(200)).isEqualTo("(nothing)");
			HttpRequest request = HttpRequest
				.newBuilder(this.client.request(ApiClient.slices("shop", "")), (name, value) -> true)
				.timeout(Duration.ofMillis(200))
				.build();
			assertThatExceptionOfType(HttpTimeoutException.class)
				.isThrownBy(() -> HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()));
			this.kubernetes.heal();
			assertThat(this.client.list("").body()).contains("users-1");
			assertThat(watch.next(200)).as("a connection that was lost stays lost").isEqualTo("(nothing)");
		}
		this.kubernetes.awaitOpenWatches(0, SOON);
		this.kubernetes.inject(Fault.silentStream());
		try (ApiClient.Lines watch = this.client.watch("")) {
			assertThat(watch.status()).isEqualTo(200);
			assertThat(watch.next(200)).isEqualTo("(nothing)");
		}
	}

	@Test
	void resetsAndHalfAnswers() throws Exception {
		this.users.scale(2);
		this.kubernetes.inject(Fault.reset().onWatches());
		assertThatIOException().isThrownBy(() -> this.client.watch(""));
		this.kubernetes.inject(Fault.halfAnswer().times(1));
		assertThatIOException().isThrownBy(() -> this.client.list(""));
		assertThat(this.client.list("").statusCode()).isEqualTo(200);
	}

	@Test
	void slowAnswerIsRightButLate() throws Exception {
		this.kubernetes.inject(Fault.forbidden());
		this.kubernetes.inject(Fault.slow(Duration.ofMillis(150)));
		long start = System.nanoTime();
		assertThat(this.client.list("").statusCode()).isEqualTo(403);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(150));
	}

	@Test
	void staleListIsOlderThanWhatWasSeen() throws Exception {
		this.users.scale(1);
		long version = this.kubernetes.resourceVersion();
		this.users.scale(2);
		this.kubernetes.inject(Fault.staleLists(version));
		String list = this.client.list("?resourceVersion=0").body();
		assertThat(list).contains("users-1").doesNotContain("users-2");
		assertThat(ApiClient.version(list)).isEqualTo(version);
		this.kubernetes.heal();
		assertThat(this.client.list("?resourceVersion=0").body()).contains("users-2");
	}

	@Test
	void garbageIsSentAsItIs() throws Exception {
		this.users.rawSlice("users-raw",
				"{\"metadata\":{\"name\":\"x\",\"resourceVersion\":\"${resourceVersion}\"},\"endpoints\":7}");
		try (ApiClient.Lines watch = this.client.watch("")) {
			assertThat(watch.next()).isEqualTo(
					"{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"x\",\"resourceVersion\":\"1001\"},\"endpoints\":7}}");
			this.users.rawSlice("users-raw", "nonsense");
			assertThat(watch.next()).isEqualTo("{\"type\":\"MODIFIED\",\"object\":nonsense}");
			this.users.deleteRawSlice("users-raw");
			assertThat(watch.next()).isEqualTo("{\"type\":\"DELETED\",\"object\":nonsense}");
			this.kubernetes.openWatchStreams().send("{{{\n\n");
			assertThat(watch.next()).isEqualTo("{{{");
			assertThat(watch.next()).isEmpty();
		}
	}

	@Test
	void answersInPiecesAreWhole() throws IOException, InterruptedException {
		this.kubernetes.pieces(3);
		this.users.add(FakePod.of("üsers-0", "10.0.0.1"));
		assertThat(this.client.list("").body()).contains("\"üsers-0\"").endsWith("}]}\n");
		try (ApiClient.Lines watch = this.client.watch("")) {
			assertThat(watch.next()).contains("\"üsers-0\"").endsWith("}}");
		}
	}

}
