package io.github.grpck8s.shutdown;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.common.util.concurrent.ListenableFuture;
import io.github.grpck8s.RawHttp2Connection;
import io.github.grpck8s.health.ServerHealth;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What clients see of a drain, over real sockets.
 */
class ServerDrainSocketTests {

	private final List<DrainReport> reports = new CopyOnWriteArrayList<>();

	private final CountDownLatch gate = new CountDownLatch(1);

	private final AtomicInteger cancelled = new AtomicInteger();

	private final AtomicInteger watches = new AtomicInteger();

	private final List<Throwable> thrown = new CopyOnWriteArrayList<>();

	private final ServerHealth health = new ServerHealth(java.util.Map::of, null);

	private @Nullable StreamLimit limit;

	@SuppressWarnings("NullAway.Init")
	private Server server;

	@SuppressWarnings("NullAway.Init")
	private ManagedChannel channel;

	@AfterEach
	void stop() throws Exception {
		this.gate.countDown();
		this.channel.shutdownNow();
		this.server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
	}

	@Test
	void r83WatchersAreToldBeforeTheGoAwayAndCallsAreServedMeanwhile() throws Exception {
		ServerDrain drain = start(Duration.ofMillis(1500), Duration.ofSeconds(5));
		List<String> seen = new CopyOnWriteArrayList<>();
		watch(seen);
		await().until(() -> seen.contains("SERVING"));
		this.channel.notifyWhenStateChanged(ConnectivityState.READY, () -> seen.add("GOAWAY"));
		CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> {
			drain.begin();
			drain.stopping(this.server);
		});
		await().until(() -> seen.contains("NOT_SERVING"));
		assertThat(call("quick").get(5, TimeUnit.SECONDS)).isEqualTo("quick");
		closing.get(10, TimeUnit.SECONDS);
		await().until(() -> seen.contains("GOAWAY"));
		assertThat(seen).containsExactly("SERVING", "NOT_SERVING", "completed", "GOAWAY");
	}

	@Test
	void aRunningCallIsWaitedFor() throws Exception {
		ServerDrain drain = start(Duration.ZERO, Duration.ofSeconds(10));
		ListenableFuture<String> call = call("wait");
		await().until(() -> drain.running() == 1);
		CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> drain.stopping(this.server));
		await().until(() -> this.server.isShutdown());
		assertThat(closing).isNotDone();
		this.gate.countDown();
		assertThat(call.get(5, TimeUnit.SECONDS)).isEqualTo("wait");
		closing.get(5, TimeUnit.SECONDS);
		assertThat(this.reports).singleElement().satisfies((report) -> {
			assertThat(report.running()).isOne();
			assertThat(report.cut()).isZero();
		});
	}

	@Test
	void r85ACallThatIsTooLongEndsUnavailableOnceAndItsHandlerIsTold() throws Exception {
		ServerDrain drain = start(Duration.ZERO, Duration.ofMillis(300));
		ListenableFuture<String> unary = call("wait");
		List<String> seen = new CopyOnWriteArrayList<>();
		stream(seen);
		await().until(() -> drain.running() == 2);
		long begin = System.nanoTime();
		drain.stopping(this.server);
		Duration took = Duration.ofNanos(System.nanoTime() - begin);
		assertThat(unary).failsWithin(Duration.ofSeconds(5)).withThrowableThat().havingCause().satisfies((ex) -> {
			Status status = Status.fromThrowable(ex);
			assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(status.getDescription()).isEqualTo("server is shutting down: the call still ran PT0.3S after the"
					+ " server had asked its clients to go elsewhere (grpc.k8s.shutdown.grace)");
		});
		await().until(() -> seen.size() > 1);
		assertThat(seen).containsExactly("stream", "UNAVAILABLE");
		await().until(() -> this.cancelled.get() == 1);
		assertThat(took).isBetween(Duration.ofMillis(300), Duration.ofSeconds(5));
		this.gate.countDown();
		await().until(() -> drain.running() == 0);
		assertThat(this.thrown).as("what a handler gets for answering late").isEmpty();
		assertThat(this.reports).singleElement().satisfies((report) -> assertThat(report.cut()).isEqualTo(2));
	}

	@Test
	void metersShowTheDrain() throws Exception {
		ServerDrain drain = start(Duration.ZERO, Duration.ofMillis(100));
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		new DrainMeters(drain).bindTo(registry);
		assertThat(registry.getMeters()).hasSameSizeAs(DrainMeter.values())
			.allSatisfy((meter) -> assertThat(meter.measure()).as("%s before", meter.getId())
				.allSatisfy((measurement) -> assertThat(measurement.getValue()).isZero()));
		call("wait");
		call("wait");
		await().until(() -> drain.running() == 2);
		assertThat(value(registry, DrainMeter.RUNNING)).isEqualTo(2);
		drain.stopping(this.server);
		assertThat(value(registry, DrainMeter.RUNNING_AT_START)).isEqualTo(2);
		assertThat(value(registry, DrainMeter.RUNNING_AT_GOAWAY)).isEqualTo(2);
		assertThat(value(registry, DrainMeter.RUNNING_AT_END)).isEqualTo(2);
		assertThat(value(registry, DrainMeter.CUT)).isEqualTo(2);
		FunctionTimer duration = registry.get(DrainMeter.DURATION.meterName()).functionTimer();
		assertThat(duration.count()).isOne();
		assertThat(duration.totalTime(TimeUnit.MILLISECONDS)).isBetween(100.0, 10_000.0);
	}

	private static double value(SimpleMeterRegistry registry, DrainMeter meter) {
		return registry.get(meter.meterName()).meter().measure().iterator().next().getValue();
	}

	@Test
	void aStreamThatHasBecomeOldEndsUnavailableAndNothingElseDoes() throws Exception {
		try (StreamLimit old = new StreamLimit(Duration.ofMillis(300))) {
			this.limit = old;
			ServerDrain drain = start(Duration.ZERO, Duration.ofSeconds(5));
			ListenableFuture<String> unary = call("wait");
			List<String> health = new CopyOnWriteArrayList<>();
			watch(health);
			await().until(() -> drain.running() == 1 && health.contains("SERVING"));
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> ClientCalls
					.blockingServerStreamingCall(this.channel, Calls.STREAM, CallOptions.DEFAULT, "stream")
					.forEachRemaining((answer) -> assertThat(answer).isEqualTo("stream")))
				.satisfies((ex) -> {
					assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
					assertThat(ex.getStatus().getDescription()).contains("grpc.k8s.shutdown.max-stream-age");
				});
			await().until(() -> this.cancelled.get() == 1 && drain.running() == 1);
			assertThat(health).containsExactly("SERVING");
			this.gate.countDown();
			assertThat(unary.get(5, TimeUnit.SECONDS)).isEqualTo("wait");
		}
	}

	@Test
	void r92AnOpenWatchDelaysNothing() throws Exception {
		// no room health here: nobody completes the Watch
		ServerDrain drain = new ServerDrain(Duration.ZERO, Duration.ofSeconds(20), () -> {
		}, this.reports::add, null);
		start(drain);
		List<String> seen = new CopyOnWriteArrayList<>();
		watch(seen);
		await().until(() -> seen.contains("SERVING"));
		long begin = System.nanoTime();
		drain.stopping(this.server);
		assertThat(this.server.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
		await().untilAsserted(() -> assertThat(seen).as("it was ended, and so nothing is waited for")
			.containsExactly("SERVING", "UNAVAILABLE"));
	}

	/**
	 * Half a second there and half a second back: what the client sends until the GOAWAY
	 * has reached it arrives up to a second after that was sent.
	 */
	@Test
	void aCallThatWasSentBeforeTheGoAwayArrivedIsServed() throws Exception {
		ServerDrain drain = start(Duration.ZERO, Duration.ofSeconds(10));
		try (SlowProxy far = new SlowProxy(this.server.getPort(), Duration.ofMillis(400))) {
			ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", far.port())
				.usePlaintext()
				.disableRetry()
				.build();
			try {
				ClientCalls.blockingUnaryCall(channel, Calls.UNARY, CallOptions.DEFAULT, "quick");
				await().until(() -> drain.running() == 0);
				CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> drain.stopping(this.server));
				await().until(() -> this.server.isShutdown());
				// the GOAWAY is on its way
				ListenableFuture<String> late = ClientCalls
					.futureUnaryCall(channel.newCall(Calls.UNARY, CallOptions.DEFAULT), "late");
				assertThat(late.get(10, TimeUnit.SECONDS)).isEqualTo("late");
				closing.get(10, TimeUnit.SECONDS);
			}
			finally {
				channel.shutdownNow();
			}
		}
	}

	@Test
	void aClientThatNeverReadsEndsWithTheGrace() throws Exception {
		ServerDrain drain = start(Duration.ZERO, Duration.ofMillis(300));
		try (RawHttp2Connection deaf = new RawHttp2Connection(this.server.getPort(), 0)) {
			deaf.call("/" + Calls.STREAM.getFullMethodName(), new byte[0], true);
			await().until(() -> drain.running() == 1);
			long begin = System.nanoTime();
			drain.stopping(this.server);
			assertThat(this.server.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(300),
					Duration.ofSeconds(5));
			assertThat(this.reports).singleElement().satisfies((report) -> assertThat(report.cut()).isOne());
		}
	}

	@Test
	void whatComesDuringTheDelayIsAnsweredAndEndsWithTheRest() throws Exception {
		ServerDrain drain = start(Duration.ofMillis(1500), Duration.ofMillis(500));
		CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> stopAsTheStackDoes(drain));
		await().until(() -> HealthGrpc.newBlockingStub(this.channel)
			.check(HealthCheckRequest.getDefaultInstance())
			.getStatus() == ServingStatus.NOT_SERVING);
		List<String> stream = new CopyOnWriteArrayList<>();
		stream(stream);
		await().untilAsserted(() -> assertThat(stream).containsExactly("stream"));
		List<String> watch = new CopyOnWriteArrayList<>();
		watch(watch);
		await().untilAsserted(() -> assertThat(watch).containsExactly("NOT_SERVING"));
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> HealthGrpc.newBlockingStub(this.channel)
				.check(HealthCheckRequest.newBuilder().setService("nobody").build()))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
		assertThat(closing).as("all this was during the delay").isNotDone();
		assertThat(this.server.isShutdown()).isFalse();
		closing.get(10, TimeUnit.SECONDS);
		await().untilAsserted(() -> assertThat(watch).containsExactly("NOT_SERVING", "completed"));
		await().untilAsserted(() -> assertThat(stream).containsExactly("stream", "UNAVAILABLE"));
	}

	/**
	 * A stop without the end of the context: nobody has begun the drain before.
	 */
	@Test
	void aPlainStopSendsNobodyRoundInCircles() throws Exception {
		ServerDrain drain = start(Duration.ofSeconds(1), Duration.ofSeconds(5));
		ManagedChannel checking = NettyChannelBuilder.forAddress("127.0.0.1", this.server.getPort())
			.usePlaintext()
			.defaultLoadBalancingPolicy("round_robin")
			.defaultServiceConfig(java.util.Map.of("healthCheckConfig", java.util.Map.of("serviceName", "")))
			.build();
		try {
			ClientCalls.blockingUnaryCall(checking, Calls.UNARY, CallOptions.DEFAULT, "quick");
			stopAsTheStackDoes(drain);
			assertThat(this.watches).as("a Watch that ends is begun again at once").hasValueLessThan(20);
		}
		finally {
			checking.shutdownNow();
		}
	}

	/**
	 * Seen by somebody who reads frames: the news, the end of the Watch, and a GOAWAY
	 * without an error.
	 */
	@Test
	void r83FramesOfTheEnd() throws Exception {
		ServerDrain drain = start(Duration.ofMillis(300), Duration.ofSeconds(5));
		try (RawHttp2Connection raw = new RawHttp2Connection(this.server.getPort(), 65_535).reading()) {
			int watch = raw.call("/grpc.health.v1.Health/Watch", new byte[0], true);
			raw.await((frame) -> frame.is(RawHttp2Connection.DATA) && frame.payload().length > 0);
			CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> stopAsTheStackDoes(drain));
			RawHttp2Connection.Frame news = raw
				.await((frame) -> frame.is(RawHttp2Connection.DATA) || frame.is(RawHttp2Connection.GOAWAY));
			assertThat(news.is(RawHttp2Connection.DATA)).as("news before GOAWAY").isTrue();
			assertThat(news.payload()).endsWith(8, ServingStatus.NOT_SERVING_VALUE);
			RawHttp2Connection.Frame end = raw
				.await((frame) -> frame.is(RawHttp2Connection.HEADERS) || frame.is(RawHttp2Connection.GOAWAY));
			assertThat(end.is(RawHttp2Connection.HEADERS) && end.stream() == watch).as("end of Watch before GOAWAY")
				.isTrue();
			assertThat(end.text()).contains("grpc-status");
			assertThat(raw.await((frame) -> frame.is(RawHttp2Connection.GOAWAY)).errorCode()).isZero();
			closing.get(10, TimeUnit.SECONDS);
		}
	}

	// what the adapter of a stack does, in the order of the listeners
	private void stopAsTheStackDoes(ServerDrain drain) {
		this.health.draining(this.server);
		drain.draining(this.server);
		this.health.stopping(this.server);
		drain.stopping(this.server);
	}

	private void stream(List<String> seen) {
		ClientCalls.asyncServerStreamingCall(this.channel.newCall(Calls.STREAM, CallOptions.DEFAULT), "stream",
				new StreamObserver<String>() {

					@Override
					public void onNext(String value) {
						seen.add(value);
					}

					@Override
					public void onError(Throwable failure) {
						seen.add(Status.fromThrowable(failure).getCode().name());
					}

					@Override
					public void onCompleted() {
						seen.add("OK");
					}

				});
	}

	@Test
	void r86AnIdleServerWithAConnectionStopsAtOnce() throws Exception {
		ServerDrain drain = start(Duration.ZERO, Duration.ofSeconds(20));
		assertThat(call("quick").get(5, TimeUnit.SECONDS)).isEqualTo("quick");
		await().until(() -> drain.running() == 0);
		long begin = System.nanoTime();
		drain.stopping(this.server);
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
	}

	@Test
	void r87AnInterruptDuringTheGraceStillEndsCallsPolitely() throws Exception {
		ServerDrain drain = start(Duration.ZERO, Duration.ofSeconds(20));
		ListenableFuture<String> call = call("wait");
		await().until(() -> drain.running() == 1);
		Thread closing = new Thread(() -> drain.stopping(this.server));
		closing.start();
		await().until(() -> this.server.isShutdown());
		closing.interrupt();
		assertThat(call).failsWithin(Duration.ofSeconds(5))
			.withThrowableThat()
			.havingCause()
			.satisfies((ex) -> assertThat(Status.fromThrowable(ex).getCode()).isEqualTo(Status.Code.UNAVAILABLE));
		closing.join(5000);
		assertThat(closing.isAlive()).isFalse();
	}

	@Test
	void clientsThatCheckHealthDoNotGoRoundInCircles() throws Exception {
		ServerDrain drain = start(Duration.ofSeconds(1), Duration.ofSeconds(5));
		ManagedChannel checking = NettyChannelBuilder.forAddress("127.0.0.1", this.server.getPort())
			.usePlaintext()
			.defaultLoadBalancingPolicy("round_robin")
			.defaultServiceConfig(java.util.Map.of("healthCheckConfig", java.util.Map.of("serviceName", "")))
			.build();
		try {
			ClientCalls.blockingUnaryCall(checking, Calls.UNARY, CallOptions.DEFAULT, "quick");
			assertThat(this.watches).hasValue(1);
			drain.begin();
			assertThat(this.watches).as("a Watch that ends is begun again at once").hasValueLessThanOrEqualTo(2);
			drain.stopping(this.server);
			assertThat(this.watches).hasValueLessThan(200);
		}
		finally {
			checking.shutdownNow();
		}
	}

	private ServerDrain start(Duration delay, Duration grace) throws Exception {
		ServerDrain drain = new ServerDrain(delay, grace, this.health::drainStarting, this.reports::add, this.limit);
		start(drain);
		return drain;
	}

	private void start(ServerDrain drain) throws Exception {
		NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
			.addService(Calls.service(this::unary, this::stream))
			.addService(this.health.service());
		builder.intercept(new ServerInterceptor() {

			@Override
			public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
					ServerCallHandler<Q, R> next) {
				if (call.getMethodDescriptor().getBareMethodName().equals("Watch")) {
					ServerDrainSocketTests.this.watches.incrementAndGet();
				}
				return next.startCall(call, headers);
			}

		});
		drain.applyTo(builder);
		this.server = builder.build().start();
		this.health.started(this.server);
		this.health.warm();
		this.health.accepting(true);
		drain.started(this.server);
		this.channel = NettyChannelBuilder.forAddress("127.0.0.1", this.server.getPort()).usePlaintext().build();
	}

	private void unary(String request, StreamObserver<String> response) {
		try {
			if (request.equals("wait")) {
				this.gate.await();
			}
			response.onNext(request);
			response.onCompleted();
		}
		catch (InterruptedException ex) {
			response.onError(ex);
		}
		catch (RuntimeException ex) {
			this.thrown.add(ex);
		}
	}

	private void stream(String request, StreamObserver<String> response) {
		((ServerCallStreamObserver<String>) response).setOnCancelHandler(this.cancelled::incrementAndGet);
		response.onNext(request);
	}

	private ListenableFuture<String> call(String request) {
		return ClientCalls.futureUnaryCall(this.channel.newCall(Calls.UNARY, CallOptions.DEFAULT), request);
	}

	private void watch(List<String> seen) {
		HealthGrpc.newStub(this.channel)
			.watch(HealthCheckRequest.getDefaultInstance(), new StreamObserver<HealthCheckResponse>() {

				@Override
				public void onNext(HealthCheckResponse response) {
					ServingStatus status = response.getStatus();
					seen.add(status.name());
				}

				@Override
				public void onError(Throwable failure) {
					seen.add(Status.fromThrowable(failure).getCode().name());
				}

				@Override
				public void onCompleted() {
					seen.add("completed");
				}

			});
	}

}
