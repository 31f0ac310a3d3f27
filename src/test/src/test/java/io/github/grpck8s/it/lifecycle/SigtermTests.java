package io.github.grpck8s.it.lifecycle;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import io.github.grpck8s.RawHttp2Connection;
import io.github.grpck8s.RawHttp2Connection.Frame;
import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.LookUpUsersResponse;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.github.grpck8s.it.lifecycle.Outcome.Kind;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What clients and probes see when the process of a server gets SIGTERM: twice for each
 * kind of application.
 */
class SigtermTests {

	private static final Duration DELAY = Duration.ofMillis(1000);

	private static final Duration GRACE = Duration.ofMillis(1500);

	/** What a busy machine may add. */
	private static final Duration SLACK = Duration.ofSeconds(4);

	/** 128 and the number of SIGTERM. */
	private static final int EXIT_BY_SIGTERM = 143;

	private static final String[] TIMES = { "grpc.k8s.shutdown.delay=" + DELAY.toMillis() + "ms",
			"grpc.k8s.shutdown.grace=" + GRACE.toMillis() + "ms" };

	private static final String GRPC_ONLY = "spring.main.web-application-type=none";

	private final List<AutoCloseable> open = new ArrayList<>();

	@TempDir
	@SuppressWarnings("NullAway.Init")
	private Path files;

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable each : this.open) {
			each.close();
		}
	}

	@Test
	void r82GrpcOnlyApplicationLosesNothing() throws Exception {
		Database first = new Database(this.files.resolve("first"));
		Database second = new Database(this.files.resolve("second"));
		ServerProcess one = start(first.properties(TIMES[0], TIMES[1], GRPC_ONLY));
		ServerProcess two = start(second.properties(TIMES[0], TIMES[1], GRPC_ONLY));
		drain("gRPC only, 1", one, first, false);
		drain("gRPC only, 2", two, second, false);
	}

	@Test
	void r82ApplicationWithWebServersLosesNothing() throws Exception {
		String[] web = { TIMES[0], TIMES[1], "server.port=0", "management.server.port=0" };
		Database first = new Database(this.files.resolve("first"));
		Database second = new Database(this.files.resolve("second"));
		ServerProcess one = start(first.properties(web));
		ServerProcess two = start(second.properties(web));
		drain("with web servers, 1", one, first, true);
		drain("with web servers, 2", two, second, true);
	}

	@Test
	void r87SecondSigtermChangesNothing() throws Exception {
		ServerProcess one = start(TIMES[0], TIMES[1], GRPC_ONLY);
		ServerProcess two = start(TIMES[0], TIMES[1], GRPC_ONLY);
		for (ServerProcess server : List.of(one, two)) {
			server.awaitServing();
			RawHttp2Connection watcher = watch(server);
			Stream tooLong = new Stream(server, this.open);
			tooLong.ask();
			long terminated = server.terminate();
			awaitStatus(watcher, NOT_SERVING);
			server.terminate();
			assertThat(getUser(server)).as("a new connection after the second SIGTERM").isEqualTo(Status.Code.OK);
			watcher.await((frame) -> frame.is(RawHttp2Connection.GOAWAY));
			Duration goAway = Duration.ofNanos(System.nanoTime() - terminated);
			assertThat(goAway).as("the delay is kept").isGreaterThanOrEqualTo(DELAY);
			server.terminate();
			Duration exit = server.awaitExit(terminated);
			assertThat(tooLong.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(exit).isBetween(DELAY.plus(GRACE), DELAY.plus(GRACE).plus(SLACK));
			assertThat(server.exitCode()).isEqualTo(EXIT_BY_SIGTERM);
			say("three SIGTERMs: GOAWAY after %d ms, exit %d after %d ms", goAway.toMillis(), server.exitCode(),
					exit.toMillis());
		}
	}

	@Test
	void sigtermDuringStartEndsTheStart() throws Exception {
		ServerProcess early = start(TIMES[0], TIMES[1], GRPC_ONLY);
		ServerProcess late = start(TIMES[0], TIMES[1], GRPC_ONLY);
		early.awaitLine(Pattern.compile("Starting ExampleApplication"));
		endsBeforeItServes("SIGTERM at the start of the context", early, early.terminate());
		late.awaitLine(Pattern.compile("gRPC Server started"));
		endsBeforeItServes("SIGTERM when the server listens", late, late.terminate());
	}

	private static void endsBeforeItServes(String what, ServerProcess server, long terminated)
			throws InterruptedException {
		Duration exit = server.awaitExit(terminated);
		say("%s: exit %d after %d ms", what, server.exitCode(), exit.toMillis());
		assertThat(server.exitCode()).as(server.log()).isEqualTo(EXIT_BY_SIGTERM);
		assertThat(exit).as(server.log()).isLessThan(Duration.ofSeconds(30));
	}

	private void drain(String what, ServerProcess server, Database database, boolean web) throws Exception {
		server.awaitServing();
		Probe probe = web ? new Probe(server.actuatorPort()) : null;
		if (probe != null) {
			assertThat(probe.readiness()).isEqualTo(200);
		}
		RawHttp2Connection watcher = watch(server);
		Stream tooLong = new Stream(server, this.open);
		tooLong.ask();
		Stream inTime = new Stream(server, this.open);
		inTime.ask();
		ManagedChannel channel = channel(server);
		Load load = Load.on(channel, 16, true);
		this.open.add(load);

		long terminated = server.terminate();
		Duration told = Duration.ofNanos(awaitStatus(watcher, NOT_SERVING) - terminated);
		assertThat(getUser(server)).as("a new connection during the delay").isEqualTo(Status.Code.OK);
		if (probe != null) {
			assertThat(probe.readiness()).as("HTTP readiness during the delay").isEqualTo(503);
		}
		watcher.await((frame) -> frame.is(RawHttp2Connection.GOAWAY));
		Duration goAway = Duration.ofNanos(System.nanoTime() - terminated);
		inTime.ask();
		inTime.complete();
		assertThat(inTime.end().isOk()).as("a call that ends within the grace: %s", inTime.end()).isTrue();
		if (probe != null) {
			assertThat(probe.readiness()).as("HTTP readiness during the grace").isEqualTo(503);
		}
		Status cut = tooLong.end();
		Duration cutAfter = Duration.ofNanos(tooLong.endedAt() - terminated);
		Duration exit = server.awaitExit(terminated);
		load.end();

		List<Outcome> outcomes = load.outcomes();
		long endOfDelay = terminated + DELAY.toNanos();
		List<Outcome> during = outcomes.stream()
			.filter((call) -> !call.endedBefore(terminated) && call.endedBefore(endOfDelay))
			.toList();
		List<Outcome> failed = outcomes.stream().filter((call) -> !call.isOk()).toList();
		Map<String, Integer> executions = database.executions();
		List<Outcome> imports = outcomes.stream().filter((call) -> call.kind() == Kind.IMPORT_USERS).toList();
		say("%s: NOT_SERVING after %d ms, GOAWAY after %d ms, long call %s after %d ms, exit %d after %d ms; %d calls, "
				+ "%d of them during the delay with %d failures, %d failed after it; %d imports, %d executed", what,
				told.toMillis(), goAway.toMillis(), cut.getCode(), cutAfter.toMillis(), server.exitCode(),
				exit.toMillis(), outcomes.size(), during.size(), during.stream().filter((call) -> !call.isOk()).count(),
				failed.size(), imports.size(), executions.size());

		assertThat(goAway).as("GOAWAY").isBetween(DELAY, DELAY.plus(SLACK));
		assertThat(during).as("calls during the delay")
			.isNotEmpty()
			.allSatisfy((call) -> assertThat(call.isOk()).as("%s", call).isTrue());
		assertThat(failed).as("calls after the delay")
			.allSatisfy((call) -> assertThat(call.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
		assertThat(cut.getCode()).as("%s", cut).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(cut.getDescription()).contains("grpc.k8s.shutdown.grace");
		assertThat(cutAfter).as("the end of a call that is too long")
			.isBetween(DELAY.plus(GRACE), DELAY.plus(GRACE).plus(SLACK));
		assertThat(server.exitCode()).as(server.log()).isEqualTo(EXIT_BY_SIGTERM);
		assertThat(exit).isLessThan(DELAY.plus(GRACE).plus(SLACK));
		assertThat(server.log()).contains("closed with UNAVAILABLE at the end 1");
		assertThat(executions.values()).as("executions per call").allMatch((count) -> count == 1);
		assertThat(imports).filteredOn(Outcome::isOk)
			.allSatisfy((call) -> assertThat(executions).containsKey(call.key()));
	}

	private static final int SERVING = 1;

	private static final int NOT_SERVING = 2;

	private RawHttp2Connection watch(ServerProcess server) throws Exception {
		RawHttp2Connection connection = new RawHttp2Connection(server.grpcPort(), 65_535).reading();
		this.open.add(connection);
		connection.call("/grpc.health.v1.Health/Watch", new byte[0], true);
		awaitStatus(connection, SERVING);
		return connection;
	}

	/**
	 * Wait for a message of the Watch; GOAWAY must not come before it.
	 * @return when it came
	 */
	private static long awaitStatus(RawHttp2Connection watcher, int status) throws InterruptedException {
		Frame frame = watcher
			.await((next) -> next.is(RawHttp2Connection.DATA) && next.payload().length > 0 || isGoAway(next));
		assertThat(isGoAway(frame)).as("GOAWAY before the health of the server").isFalse();
		// the length prefix, then field 1 as a number
		assertThat(frame.payload()).containsExactly(0, 0, 0, 0, 2, 8, status);
		return System.nanoTime();
	}

	private static boolean isGoAway(Frame frame) {
		return frame.is(RawHttp2Connection.GOAWAY);
	}

	private Status.Code getUser(ServerProcess server) {
		ManagedChannel channel = channel(server);
		try {
			UserServiceGrpc.newBlockingStub(channel)
				.withDeadlineAfter(5, TimeUnit.SECONDS)
				.getUser(GetUserRequest.newBuilder().setUserId("1").build());
			return Status.Code.OK;
		}
		catch (RuntimeException ex) {
			return Status.fromThrowable(ex).getCode();
		}
	}

	private ManagedChannel channel(ServerProcess server) {
		ManagedChannel channel = server.channel();
		this.open.add(channel::shutdownNow);
		return channel;
	}

	private ServerProcess start(String... properties) throws IOException {
		ServerProcess server = ServerProcess.start(properties);
		this.open.add(server);
		return server;
	}

	static void say(String text, Object... values) {
		System.out.println(text.formatted(values));
	}

	/**
	 * The probe of a kubelet over HTTP.
	 */
	private static final class Probe {

		private final HttpClient client = HttpClient.newHttpClient();

		private final int port;

		Probe(int port) {
			this.port = port;
		}

		int readiness() throws IOException, InterruptedException {
			HttpRequest request = HttpRequest
				.newBuilder(URI
					.create(String.format(Locale.ROOT, "http://127.0.0.1:%d/actuator/health/readiness", this.port)))
				.timeout(Duration.ofSeconds(5))
				.build();
			return this.client.send(request, BodyHandlers.discarding()).statusCode();
		}

	}

	/**
	 * A call that lasts until it is completed.
	 */
	private static final class Stream implements StreamObserver<LookUpUsersResponse> {

		private final CompletableFuture<Status> end = new CompletableFuture<>();

		private final BlockingQueue<LookUpUsersResponse> answers = new LinkedBlockingQueue<>();

		private final StreamObserver<GetUserRequest> questions;

		private volatile long endedAt;

		Stream(ServerProcess server, List<AutoCloseable> open) {
			ManagedChannel channel = server.channel();
			open.add(channel::shutdownNow);
			this.questions = UserServiceGrpc.newStub(channel).lookUpUsers(this);
		}

		void ask() throws InterruptedException {
			this.questions.onNext(GetUserRequest.newBuilder().setUserId("1").build());
			assertThat(this.answers.poll(10, TimeUnit.SECONDS)).isNotNull();
		}

		void complete() {
			this.questions.onCompleted();
		}

		Status end() throws Exception {
			return this.end.get(20, TimeUnit.SECONDS);
		}

		long endedAt() {
			return this.endedAt;
		}

		@Override
		public void onNext(LookUpUsersResponse answer) {
			this.answers.add(answer);
		}

		@Override
		public void onError(Throwable failure) {
			this.endedAt = System.nanoTime();
			this.end.complete(Status.fromThrowable(failure));
		}

		@Override
		public void onCompleted() {
			this.endedAt = System.nanoTime();
			this.end.complete(Status.OK);
		}

	}

}
