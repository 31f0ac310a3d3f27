package io.github.grpck8s.health;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What clients see of an application's health, over real sockets.
 */
class ServerHealthTests {

	private static final ServingStatus SERVING = ServingStatus.SERVING;

	private static final ServingStatus NOT_SERVING = ServingStatus.NOT_SERVING;

	private final Map<String, BooleanSupplier> groups = new HashMap<>();

	private final HealthStatusManager statuses = new HealthStatusManager();

	private final ServerHealth health = new ServerHealth(() -> this.groups,
			(HealthGrpc.AsyncService) this.statuses.getHealthService());

	private Server server;

	private ManagedChannel channel;

	@BeforeEach
	void start() throws Exception {
		ServerInterceptor locked = new ServerInterceptor() {

			@Override
			public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
					ServerCallHandler<Q, R> next) {
				call.close(Status.UNAUTHENTICATED, new Metadata());
				return new ServerCall.Listener<>() {
				};
			}

		};
		this.health.expectServer();
		this.server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
			// as net.devh does it: its own health service behind the interceptors
			.addService(ServerInterceptors.intercept(this.statuses.getHealthService(), locked))
			.addService(ServerServiceDefinition.builder("shop.Orders").build())
			.addService(this.health.service())
			.build()
			.start();
		this.channel = NettyChannelBuilder.forAddress("127.0.0.1", this.server.getPort()).usePlaintext().build();
	}

	@AfterEach
	void stop() throws Exception {
		this.channel.shutdownNow();
		this.server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
	}

	@Test
	void standsInForTheServiceOfTheStackAndOutsideItsInterceptors() {
		assertThat(check("")).isEqualTo(NOT_SERVING);
	}

	@Test
	void r89NothingIsServingBeforeTheApplicationIsWarmAcceptsTrafficAndItsServerListens() {
		this.groups.put("deep", () -> true);
		this.health.update();
		assertThat(List.of("", "readiness", "liveness", "startup", "deep")).allSatisfy((name) -> {
			assertThat(check(name)).as(name).isEqualTo(NOT_SERVING);
		});
		this.health.accepting(true);
		assertThat(check("")).as("cold").isEqualTo(NOT_SERVING);
		this.health.warm();
		assertThat(check("")).as("not bound").isEqualTo(NOT_SERVING);
		this.health.started(this.server);
		assertThat(List.of("", "readiness", "liveness", "startup", "deep", "shop.Orders")).allSatisfy((name) -> {
			assertThat(check(name)).as(name).isEqualTo(SERVING);
		});
	}

	@Test
	void anUnknownNameIsNotFoundAndTheDescriptionSaysIt() {
		ServerHealth alone = new ServerHealth(() -> this.groups, null);
		assertThat(alone.watches()).isZero();
		up();
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> check("shop.Users"))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
	}

	@Test
	void refusedTrafficIsToldAtOnceAndLivenessIsNotConcerned() {
		up();
		Watch ready = watch("");
		Watch orders = watch("shop.Orders");
		Watch alive = watch("liveness");
		ready.awaits(SERVING);
		orders.awaits(SERVING);
		alive.awaits(SERVING);
		this.health.accepting(false);
		ready.awaits(SERVING, NOT_SERVING);
		orders.awaits(SERVING, NOT_SERVING);
		this.health.accepting(true);
		ready.awaits(SERVING, NOT_SERVING, SERVING);
		alive.awaits(SERVING);
		assertThat(check("startup")).isEqualTo(SERVING);
	}

	@Test
	void groupsSpeakForTheirNames() {
		boolean[] well = { false };
		this.groups.put("readiness", () -> well[0]);
		this.groups.put("deep", () -> !well[0]);
		up();
		assertThat(check("")).isEqualTo(NOT_SERVING);
		assertThat(check("shop.Orders")).isEqualTo(NOT_SERVING);
		assertThat(check("deep")).isEqualTo(SERVING);
		assertThat(check("startup")).isEqualTo(SERVING);
		well[0] = true;
		this.health.update();
		assertThat(check("")).isEqualTo(SERVING);
		assertThat(check("deep")).isEqualTo(NOT_SERVING);
	}

	@Test
	void anUnknownNameCanBeWatchedUntilItIsKnown() {
		up();
		Watch later = watch("later");
		later.awaits(ServingStatus.SERVICE_UNKNOWN);
		this.groups.put("later", () -> true);
		this.health.update();
		later.awaits(ServingStatus.SERVICE_UNKNOWN, SERVING);
	}

	@Test
	void statusesThatTheUserSetsByHandAreToldToo() {
		this.statuses.setStatus("by-hand", SERVING);
		assertThat(check("by-hand")).as("before the application serves").isEqualTo(NOT_SERVING);
		up();
		assertThat(check("by-hand")).isEqualTo(SERVING);
		Watch watch = watch("by-hand");
		watch.awaits(SERVING);
		this.statuses.setStatus("by-hand", NOT_SERVING);
		watch.awaits(SERVING, NOT_SERVING);
		this.statuses.setStatus("by-hand", SERVING);
		watch.awaits(SERVING, NOT_SERVING, SERVING);
		this.health.drainStarting();
		watch.awaits(SERVING, NOT_SERVING, SERVING, NOT_SERVING);
		assertThat(check("by-hand")).isEqualTo(NOT_SERVING);
	}

	@Test
	void theDrainIsToldAndEndsTheWatches() {
		up();
		Watch ready = watch("");
		Watch unknown = watch("unknown");
		Watch alive = watch("liveness");
		ready.awaits(SERVING);
		unknown.awaits(ServingStatus.SERVICE_UNKNOWN);
		alive.awaits(SERVING);
		this.health.drainStarting();
		ready.awaits(SERVING, NOT_SERVING);
		ready.awaitsCompletion();
		unknown.awaitsCompletion();
		alive.awaitsCompletion();
		this.health.accepting(true);
		assertThat(check("")).isEqualTo(NOT_SERVING);
		assertThat(check("shop.Orders")).isEqualTo(NOT_SERVING);
		assertThat(check("liveness")).isEqualTo(SERVING);
		assertThat(check("startup")).isEqualTo(SERVING);
		assertThat(this.health.watches()).isZero();
	}

	@Test
	void aWatchThatComesDuringTheDrainEndsWithTheServer() {
		up();
		this.health.drainStarting();
		Watch late = watch("");
		late.awaits(NOT_SERVING);
		assertThat(late.completed).as("clients would ask again at once").isFalse();
		this.health.stopping(this.server);
		late.awaitsCompletion();
		Watch last = watch("");
		last.awaits(NOT_SERVING);
		last.awaitsCompletion();
	}

	@Test
	void aServerThatStartsAgainServesAgain() {
		up();
		this.health.stopping(this.server);
		assertThat(check("")).isEqualTo(NOT_SERVING);
		this.health.started(this.server);
		Watch watch = watch("");
		watch.awaits(SERVING);
		assertThat(watch.completed).isFalse();
	}

	@Test
	void aCancelledWatchLeavesNothingBehind() {
		up();
		io.grpc.Context.CancellableContext caller = io.grpc.Context.current().withCancellation();
		caller.run(() -> watch("").awaits(SERVING));
		assertThat(this.health.watches()).isOne();
		caller.cancel(null);
		await().until(() -> this.health.watches() == 0);
	}

	@Test
	void aSecondServerAnswersWithoutTls() {
		HealthOnlyServer probes = new HealthOnlyServer(0, this.health.service(), (builder) -> {
		});
		probes.start();
		ManagedChannel plain = NettyChannelBuilder.forAddress("127.0.0.1", probes.port()).usePlaintext().build();
		try {
			up();
			assertThat(HealthGrpc.newBlockingStub(plain)
				.check(HealthCheckRequest.newBuilder().setService("shop.Orders").build())
				.getStatus()).isEqualTo(SERVING);
		}
		finally {
			plain.shutdownNow();
			probes.stop();
			assertThat(probes.port()).isEqualTo(-1);
		}
	}

	@Test
	void metersShowWhatIsSaidOfEachName() throws Exception {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		try (IndicatorPoller poller = new IndicatorPoller(Map::of, Duration.ofSeconds(5), Duration.ofSeconds(1))) {
			new HealthMeters(this.health, poller).bindTo(registry);
			assertThat(serving(registry)).containsOnlyKeys("(server)", "readiness", "liveness", "startup");
			up();
			assertThat(serving(registry))
				.containsOnlyKeys("(server)", "readiness", "liveness", "startup", "shop.Orders")
				.allSatisfy((name, value) -> assertThat(value).as(name).isOne());
			this.health.accepting(false);
			assertThat(serving(registry)).containsEntry("shop.Orders", 0.0)
				.containsEntry("(server)", 0.0)
				.containsEntry("liveness", 1.0);
			Watch watch = watch("");
			watch.awaits(NOT_SERVING);
			assertThat(registry.get("grpc.k8s.health.watches").gauge().value()).isOne();
			assertThat(registry.get("grpc.k8s.health.indicator.timeouts").functionCounter().count()).isZero();
		}
	}

	private static Map<String, Double> serving(SimpleMeterRegistry registry) {
		return registry.get("grpc.k8s.health.serving")
			.gauges()
			.stream()
			.collect(Collectors.toMap((gauge) -> String.valueOf(gauge.getId().getTag("grpc.service")), Gauge::value));
	}

	@Test
	void r90ThePageNamesEveryMeter() throws IOException {
		assertThat(Files.readString(Path.of("..", "docs", "health.md"))).contains(Stream.of(HealthMeter.values())
			.map((meter) -> "| `" + meter.meterName() + "` | " + meter.description())
			.toList());
	}

	private void up() {
		this.health.started(this.server);
		this.health.warm();
		this.health.accepting(true);
	}

	private ServingStatus check(String name) {
		return HealthGrpc.newBlockingStub(this.channel)
			.withDeadlineAfter(5, TimeUnit.SECONDS)
			.check(HealthCheckRequest.newBuilder().setService(name).build())
			.getStatus();
	}

	private Watch watch(String name) {
		Watch watch = new Watch();
		HealthGrpc.newStub(this.channel).watch(HealthCheckRequest.newBuilder().setService(name).build(), watch);
		return watch;
	}

	/**
	 * What one Watch has seen.
	 */
	private static final class Watch implements StreamObserver<HealthCheckResponse> {

		private final List<ServingStatus> seen = new CopyOnWriteArrayList<>();

		private volatile boolean completed;

		void awaits(ServingStatus... statuses) {
			await().atMost(5, TimeUnit.SECONDS).untilAsserted(() -> assertThat(this.seen).containsExactly(statuses));
		}

		void awaitsCompletion() {
			await().atMost(5, TimeUnit.SECONDS).until(() -> this.completed);
		}

		@Override
		public void onNext(HealthCheckResponse response) {
			this.seen.add(response.getStatus());
		}

		@Override
		public void onError(Throwable failure) {
			// cancelled by the test
		}

		@Override
		public void onCompleted() {
			this.completed = true;
		}

	}

}
