package io.github.grpck8s.shutdown;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.google.common.util.concurrent.ListenableFuture;
import io.github.grpck8s.health.autoconfigure.HealthAutoConfiguration;
import io.github.grpck8s.shutdown.autoconfigure.ShutdownAutoConfiguration;
import io.github.grpck8s.stack.netdevh.NetDevhStackAutoConfiguration;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.autoconfigure.GrpcHealthServiceAutoConfiguration;
import net.devh.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration;
import net.devh.boot.grpc.server.autoconfigure.GrpcServerFactoryAutoConfiguration;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import net.devh.boot.grpc.server.service.GrpcService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What other starters and frameworks test of their own end, asked of ours over sockets:
 * net.devh's lifecycle with calls and its three kinds of grace, the terminal state of
 * Boot's health, Armeria's watchers that are completed on stop.
 */
class PeersCasesTests {

	private final List<String> events = new CopyOnWriteArrayList<>();

	@SuppressWarnings("NullAway.Init")
	private ConfigurableApplicationContext context;

	@SuppressWarnings("NullAway.Init")
	private App app;

	@SuppressWarnings("NullAway.Init")
	private ManagedChannel channel;

	@AfterEach
	void close() {
		this.app.gate.countDown();
		this.channel.shutdownNow();
		this.context.close();
	}

	@Test
	void netDevhZeroGraceEndsTheCallAtOnce() {
		start("grpc.server.shutdown-grace-period=0");
		ListenableFuture<String> call = runningCall();
		long begin = System.nanoTime();
		this.context.close();
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
		assertUnavailable(call);
	}

	@Test
	void netDevhShortGraceIsForShortCalls() throws Exception {
		start("grpc.server.shutdown-grace-period=2s");
		ListenableFuture<String> call = runningCall();
		CompletableFuture<Void> closing = CompletableFuture.runAsync(this.context::close);
		await().until(() -> server().isShutdown());
		this.app.gate.countDown();
		assertThat(call.get(5, TimeUnit.SECONDS)).isEqualTo("wait");
		closing.get(10, TimeUnit.SECONDS);
	}

	@Test
	void netDevhShortGraceEndsLongCalls() {
		start("grpc.server.shutdown-grace-period=300ms");
		ListenableFuture<String> call = runningCall();
		long begin = System.nanoTime();
		this.context.close();
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(300),
				Duration.ofSeconds(8));
		assertUnavailable(call);
	}

	@Test
	void netDevhInfiniteGraceWaitsForTheCallAndLetsNoOtherIn() throws Exception {
		start("grpc.server.shutdown-grace-period=-1");
		ListenableFuture<String> call = runningCall();
		CompletableFuture<Void> closing = CompletableFuture.runAsync(this.context::close);
		await().until(() -> server().isShutdown());
		ManagedChannel late = NettyChannelBuilder.forAddress("127.0.0.1", this.app.port).usePlaintext().build();
		try {
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> ClientCalls.blockingUnaryCall(late, Calls.UNARY, CallOptions.DEFAULT, "late"))
				.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
		}
		finally {
			late.shutdownNow();
		}
		assertThat(call.isDone()).isFalse();
		assertThat(closing).isNotDone();
		this.app.gate.countDown();
		assertThat(call.get(5, TimeUnit.SECONDS)).isEqualTo("wait");
		closing.get(10, TimeUnit.SECONDS);
	}

	/**
	 * Nothing that is set after the end has begun brings a name back.
	 */
	@Test
	void bootsTerminalStateIsSeenOverASocketAndIsFinal() throws Exception {
		start("grpc.k8s.shutdown.delay=1500ms");
		HealthStatusManager byHand = this.context.getBean(HealthStatusManager.class);
		byHand.setStatus("by-hand", ServingStatus.SERVING);
		assertThat(List.of(check(""), check("test.Calls"), check("by-hand"))).containsOnly(ServingStatus.SERVING);
		CompletableFuture<Void> closing = CompletableFuture.runAsync(this.context::close);
		await().until(() -> check("") == ServingStatus.NOT_SERVING);
		byHand.setStatus("by-hand", ServingStatus.SERVING);
		byHand.setStatus("", ServingStatus.SERVING);
		AvailabilityChangeEvent.publish(this.context, ReadinessState.ACCEPTING_TRAFFIC);
		assertThat(List.of(check(""), check("test.Calls"), check("by-hand"))).containsOnly(ServingStatus.NOT_SERVING);
		assertThat(ClientCalls.blockingUnaryCall(this.channel, Calls.UNARY, CallOptions.DEFAULT, "late"))
			.isEqualTo("late");
		assertThat(closing).as("all this was before the server went").isNotDone();
		closing.get(10, TimeUnit.SECONDS);
	}

	@Test
	void armeriasWatchersAreToldAndCompletedOnStop() {
		start();
		for (String name : List.of("", "readiness", "test.Calls", "unknown")) {
			watch(name);
		}
		await().until(() -> this.events.size() == 4);
		this.context.close();
		await().untilAsserted(() -> assertThat(this.events).containsExactlyInAnyOrder(" SERVING", " NOT_SERVING",
				" completed", "readiness SERVING", "readiness NOT_SERVING", "readiness completed", "test.Calls SERVING",
				"test.Calls NOT_SERVING", "test.Calls completed", "unknown SERVICE_UNKNOWN", "unknown completed"));
	}

	@Test
	void r82TheOrderOfTheEnd() throws Exception {
		start("grpc.k8s.shutdown.delay=1s", "grpc.k8s.shutdown.grace=500ms");
		this.app.events = this.events;
		watch("");
		ListenableFuture<String> call = runningCall();
		await().until(() -> this.events.contains(" SERVING"));
		CompletableFuture<Void> closing = CompletableFuture.runAsync(this.context::close);
		await().until(() -> this.events.contains(" completed"));
		assertThat(ClientCalls.blockingUnaryCall(this.channel, Calls.UNARY, CallOptions.DEFAULT, "late"))
			.isEqualTo("late");
		this.events.add("served");
		this.channel.notifyWhenStateChanged(ConnectivityState.READY, () -> this.events.add("GOAWAY"));
		assertUnavailable(call);
		closing.get(10, TimeUnit.SECONDS);
		assertThat(this.events)
			.containsSubsequence(" SERVING", " NOT_SERVING", " completed", "served", "GOAWAY", "database closed")
			.containsSubsequence("REFUSING_TRAFFIC", "served")
			.hasSize(7);
	}

	private void start(String... properties) {
		SpringApplication application = new SpringApplication(App.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		String[] arguments = new String[properties.length + 2];
		arguments[0] = "--grpc.server.port=0";
		arguments[1] = "--grpc.server.address=127.0.0.1";
		for (int i = 0; i < properties.length; i++) {
			arguments[i + 2] = "--" + properties[i];
		}
		this.context = application.run(arguments);
		this.app = this.context.getBean(App.class);
		this.channel = NettyChannelBuilder.forAddress("127.0.0.1", this.app.port).usePlaintext().disableRetry().build();
	}

	private Server server() {
		assertThat(this.app.server).isNotNull();
		return this.app.server;
	}

	private ListenableFuture<String> runningCall() {
		ListenableFuture<String> call = ClientCalls
			.futureUnaryCall(this.channel.newCall(Calls.UNARY, CallOptions.DEFAULT), "wait");
		await().until(() -> this.context.getBean(ServerDrain.class).running() == 1);
		return call;
	}

	private static void assertUnavailable(ListenableFuture<String> call) {
		assertThat(call).failsWithin(Duration.ofSeconds(5))
			.withThrowableThat()
			.havingCause()
			.satisfies((ex) -> assertThat(Status.fromThrowable(ex).getCode()).isEqualTo(Status.Code.UNAVAILABLE));
	}

	private ServingStatus check(String name) {
		return HealthGrpc.newBlockingStub(this.channel)
			.withDeadlineAfter(5, TimeUnit.SECONDS)
			.check(HealthCheckRequest.newBuilder().setService(name).build())
			.getStatus();
	}

	private void watch(String name) {
		HealthGrpc.newStub(this.channel)
			.watch(HealthCheckRequest.newBuilder().setService(name).build(), new StreamObserver<HealthCheckResponse>() {

				@Override
				public void onNext(HealthCheckResponse response) {
					PeersCasesTests.this.events.add(name + " " + response.getStatus());
				}

				@Override
				public void onError(Throwable failure) {
					PeersCasesTests.this.events.add(name + " " + Status.fromThrowable(failure).getCode());
				}

				@Override
				public void onCompleted() {
					PeersCasesTests.this.events.add(name + " completed");
				}

			});
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ GrpcServerAutoConfiguration.class, GrpcServerFactoryAutoConfiguration.class,
			GrpcHealthServiceAutoConfiguration.class, ApplicationAvailabilityAutoConfiguration.class,
			NetDevhStackAutoConfiguration.class, HealthAutoConfiguration.class, ShutdownAutoConfiguration.class })
	static class App {

		private final CountDownLatch gate = new CountDownLatch(1);

		private volatile @Nullable List<String> events;

		private volatile @Nullable Server server;

		private volatile int port;

		private void add(String event) {
			List<String> listening = this.events;
			if (listening != null) {
				listening.add(event);
			}
		}

		@EventListener
		void started(GrpcServerStartedEvent event) {
			this.server = event.getServer();
			this.port = event.getPort();
		}

		@EventListener
		void readiness(AvailabilityChangeEvent<ReadinessState> event) {
			add(event.getState().name());
		}

		/**
		 * What calls need until the last one is over.
		 */
		@Bean
		AutoCloseable database() {
			return () -> add("database closed");
		}

		@GrpcService
		@Bean
		BindableService calls() {
			return () -> Calls.service((request, response) -> {
				if (request.equals("wait")) {
					try {
						this.gate.await();
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
				}
				response.onNext(request);
				response.onCompleted();
			}, (request, response) -> response.onCompleted());
		}

	}

}
