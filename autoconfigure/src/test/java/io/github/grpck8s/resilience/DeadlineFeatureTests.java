package io.github.grpck8s.resilience;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.StatusHints;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

/**
 * What deadline arrives at a real server.
 */
class DeadlineFeatureTests {

	private static final ChannelSpec CHANNEL = new ChannelSpec("echo", "k8s:///echo:grpc");

	private static final DefaultDeadline UNARY = seconds(15);

	private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();

	private final EchoServer server;

	DeadlineFeatureTests() throws Exception {
		this.server = new EchoServer((execution, request, response) -> {
			Deadline deadline = Context.current().getDeadline();
			this.seen.add(new Seen((deadline != null) ? deadline.timeRemaining(TimeUnit.MILLISECONDS) : null));
			response.onNext("");
			response.onCompleted();
		});
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void unaryCallWithoutADeadlineGetsTheDefault() throws Exception {
		call(new DeadlineRules(UNARY, null, Map.of()), EchoServer.READ, CallOptions.DEFAULT);
		assertThat(seenMillis()).isBetween(10_000L, 15_000L);
	}

	@Test
	void callKeepsItsOwnDeadline() throws Exception {
		call(new DeadlineRules(UNARY, null, Map.of()), EchoServer.READ,
				CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS));
		assertThat(seenMillis()).isBetween(50_000L, 60_000L);
	}

	@Test
	void callMadeWhileAnotherIsHandledInheritsWhatIsLeftOfItsDeadline() throws Exception {
		ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
		try (Context.CancellableContext handled = Context.current()
			.withDeadlineAfter(60, TimeUnit.SECONDS, scheduler)) {
			handled.run(() -> call(new DeadlineRules(UNARY, null, Map.of()), EchoServer.READ, CallOptions.DEFAULT));
		}
		finally {
			scheduler.shutdownNow();
		}
		assertThat(seenMillis()).isBetween(50_000L, 60_000L);
	}

	@Test
	void streamHasNoDeadlineUnlessAsked() throws Exception {
		call(new DeadlineRules(UNARY, null, Map.of()), EchoServer.WATCH, CallOptions.DEFAULT);
		assertThat(seenMillis()).isNull();
	}

	@Test
	void streamGetsTheDeadlineOfStreams() throws Exception {
		call(new DeadlineRules(null, seconds(60), Map.of()), EchoServer.WATCH, CallOptions.DEFAULT);
		assertThat(seenMillis()).isBetween(50_000L, 60_000L);
	}

	@Test
	void deadlineOfAMethodBeatsThatOfTheChannel() throws Exception {
		DeadlineRules rules = new DeadlineRules(UNARY, null,
				Map.of("test.Echo/Read", seconds(60), "test.Echo/Write", seconds(0)));
		call(rules, EchoServer.READ, CallOptions.DEFAULT);
		assertThat(seenMillis()).isBetween(50_000L, 60_000L);
		call(rules, EchoServer.WRITE, CallOptions.DEFAULT);
		assertThat(seenMillis()).isNull();
	}

	@Test
	void callThatRunsIntoTheDefaultSaysWhichPropertySetsIt() throws Exception {
		try (EchoServer silent = new EchoServer((execution, request, response) -> {
		})) {
			DeadlineRules rules = new DeadlineRules(
					new DefaultDeadline(Duration.ofMillis(150), "grpc.k8s.resilience.deadline"), null, Map.of());
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> callOn(silent, rules, EchoServer.READ, CallOptions.DEFAULT))
				.asInstanceOf(type(StatusRuntimeException.class))
				.extracting(StatusRuntimeException::getStatus)
				.satisfies((status) -> assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED))
				.extracting(Status::getDescription)
				.asString()
				.contains("CallOptions deadline exceeded after")
				.endsWith("the call has no deadline of its own and 'grpc.k8s.resilience.deadline' is 0.150s");
		}
	}

	@Test
	void callThatRunsIntoItsOwnDeadlineSaysNothingOfOurs() throws Exception {
		try (EchoServer silent = new EchoServer((execution, request, response) -> {
		})) {
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> callOn(silent, new DeadlineRules(UNARY, null, Map.of()), EchoServer.READ,
						CallOptions.DEFAULT.withDeadlineAfter(150, TimeUnit.MILLISECONDS)))
				.withMessageNotContaining("grpc.k8s");
		}
	}

	@Test
	void healthProbesHaveNone() {
		DefaultDeadlineInterceptor interceptor = new DefaultDeadlineInterceptor(
				new DeadlineRules(UNARY, UNARY, Map.of()));
		RecordingChannel recording = new RecordingChannel();
		interceptor.interceptCall(HealthGrpc.getCheckMethod(), CallOptions.DEFAULT, recording);
		assertThat(recording.deadline).isNull();
		interceptor.interceptCall(EchoServer.READ, CallOptions.DEFAULT, recording);
		assertThat(recording.deadline).isNotNull();
	}

	private void call(DeadlineRules rules, MethodDescriptor<String, String> method, CallOptions options) {
		callOn(this.server, rules, method, options);
	}

	private void callOn(EchoServer callee, DeadlineRules rules, MethodDescriptor<String, String> method,
			CallOptions options) {
		var builder = callee.channel();
		DeadlineFeature feature = new DeadlineFeature((spec) -> rules);
		feature.applyTo(CHANNEL, builder);
		new StatusHints(() -> Stream.of(feature)).applyTo(CHANNEL, builder);
		ManagedChannel made = builder.build();
		try {
			ClientCalls.blockingServerStreamingCall(made, method, options, "").forEachRemaining((answer) -> {
			});
		}
		finally {
			made.shutdownNow();
		}
	}

	private @Nullable Long seenMillis() throws InterruptedException {
		Seen next = this.seen.poll(10, TimeUnit.SECONDS);
		assertThat(next).as("call at the server").isNotNull();
		return next.remainingMillis();
	}

	private static DefaultDeadline seconds(long seconds) {
		return new DefaultDeadline(Duration.ofSeconds(seconds), "grpc.k8s.resilience.deadline");
	}

	/**
	 * Remembers the deadline of the last call and makes none.
	 */
	private static final class RecordingChannel extends Channel {

		private @Nullable Deadline deadline;

		@Override
		public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
			this.deadline = options.getDeadline();
			return new NoopClientCall<>();
		}

		@Override
		public String authority() {
			return "";
		}

	}

	private static final class NoopClientCall<Q, A> extends ClientCall<Q, A> {

		@Override
		public void start(Listener<A> listener, Metadata headers) {
		}

		@Override
		public void request(int messages) {
		}

		@Override
		public void cancel(@Nullable String message, @Nullable Throwable cause) {
		}

		@Override
		public void halfClose() {
		}

		@Override
		public void sendMessage(Q message) {
		}

	}

	private record Seen(@Nullable Long remainingMillis) {
	}

}
