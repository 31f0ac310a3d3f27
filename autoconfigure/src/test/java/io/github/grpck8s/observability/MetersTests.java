package io.github.grpck8s.observability;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Meters of real calls.
 */
class MetersTests {

	private static final List<CallMeter> A66 = Stream.of(CallMeter.values())
		.filter((meter) -> !meter.meterName().startsWith("grpc.subchannel."))
		.toList();

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	@Test
	void prometheusShowsTheNamesThatAlertsAskFor() throws Exception {
		PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		try (Talk talk = talk(prometheus)) {
			say(talk);
			await().untilAsserted(() -> assertThat(prometheus.scrape()).contains(
					"grpc_server_call_started_total{grpc_method=\"talk.Talk/Say\"} 1.0",
					"grpc_server_call_duration_seconds_bucket{grpc_method=\"talk.Talk/Say\",grpc_status=\"OK\",le=\"0.8\"}",
					"grpc_server_call_duration_seconds_count{grpc_method=\"talk.Talk/Say\",grpc_status=\"OK\"} 1",
					"grpc_server_call_sent_total_compressed_message_size_bytes_count{grpc_method=\"talk.Talk/Say\",grpc_status=\"OK\"} 1",
					"grpc_client_attempt_started_total{grpc_method=\"talk.Talk/Say\",grpc_target=\"k8s:///talk:grpc\"} 1.0",
					"grpc_client_attempt_duration_seconds_count{grpc_method=\"talk.Talk/Say\",grpc_status=\"OK\",grpc_target=\"k8s:///talk:grpc\"} 1",
					"grpc_client_call_duration_seconds_bucket{grpc_method=\"talk.Talk/Say\",grpc_status=\"OK\",grpc_target=\"k8s:///talk:grpc\",le=\"0.8\"}"));
		}
	}

	@Test
	void everyMeterHasItsLabelsAndNoOther() throws Exception {
		try (Talk talk = talk(this.registry)) {
			say(talk);
			for (CallMeter meter : A66) {
				await().untilAsserted(
						() -> assertThat(this.registry.find(meter.meterName()).meters()).as(meter.meterName())
							.isNotEmpty()
							.allSatisfy((found) -> assertThat(found.getId().getTags()).extracting(Tag::getKey)
								.containsExactlyInAnyOrderElementsOf(meter.labels())));
			}
			assertThat(meters()).extracting((meter) -> meter.getId().getName())
				.isSubsetOf(List.of(CallMeter.values()).stream().map(CallMeter::meterName).toList());
		}
	}

	@Test
	void sizesAreThoseOfTheMessagesOnTheWire() throws Exception {
		try (Talk talk = talk(this.registry)) {
			NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
				.addService(talk);
			server(this.registry).applyTo(builder);
			Server server = builder.build().start();
			NettyChannelBuilder channelBuilder = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
				.usePlaintext();
			client(this.registry).applyTo(Talk.SPEC, channelBuilder);
			ManagedChannel channel = channelBuilder.build();
			ClientCalls.blockingUnaryCall(channel, Talk.SAY, CallOptions.DEFAULT, "hello");
			channel.shutdownNow();
			server.shutdownNow();
			for (String name : List.of("grpc.server.call.rcvd", "grpc.server.call.sent", "grpc.client.attempt.rcvd",
					"grpc.client.attempt.sent")) {
				// a message has five bytes of framing
				await().untilAsserted(() -> assertThat(
						this.registry.get(name + "_total_compressed_message_size").summary().totalAmount())
					.as(name)
					.isBetween(5.0, 10.0));
			}
		}
	}

	@Test
	void connectionsAreCountedAsGrpcCountsThem() throws Exception {
		try (Talk talk = new Talk(List.of(), List.of(new ConnectionMeters(() -> this.registry)))) {
			say(talk);
			assertThat(this.registry.get("grpc.subchannel.open_connections")
				.tag("grpc.target", "k8s:///talk:grpc")
				.gauge()
				.value()).isEqualTo(1);
			assertThat(this.registry.get("grpc.subchannel.connection_attempts_succeeded").counter().count())
				.isEqualTo(1);
			talk.server.shutdownNow();
			await().untilAsserted(() -> {
				assertThat(this.registry.get("grpc.subchannel.disconnections").counter().getId().getTags())
					.extracting(Tag::getKey)
					.containsExactlyInAnyOrder("grpc.target", "grpc.disconnect_error");
				assertThat(this.registry.get("grpc.subchannel.open_connections").gauge().value()).isZero();
			});
			assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> say(talk));
			await().untilAsserted(
					() -> assertThat(this.registry.get("grpc.subchannel.connection_attempts_failed").counter().count())
						.isPositive());
		}
	}

	@Test
	void attemptsAreCountedByTheServerThatTheyWentTo() throws Exception {
		try (Talk talk = talk(this.registry)) {
			say(talk);
			say(talk);
			assertThat(this.registry.get("grpc.k8s.observability.peer.attempts").counters()).singleElement()
				.satisfies((counter) -> assertThat(counter.count()).isEqualTo(2));
		}
	}

	@Test
	void onlyAttemptsThatWaitForAConnectionAreMeasuredAsWaiting() {
		AtomicLong now = new AtomicLong();
		Timer wait = this.registry.timer("wait");
		AttemptTracers attempts = new AttemptTracers(
				new MethodMeters(this.registry, MethodMeters.Kind.CLIENT_ATTEMPT, Tags.of("grpc.method", "other")),
				now::get, new Peers(this.registry, "k8s:///talk:grpc", now::get), wait);
		for (long millis : new long[] { 0, 5 }) {
			ClientStreamTracer attempt = attempts
				.newClientStreamTracer(ClientStreamTracer.StreamInfo.newBuilder().build(), new Metadata());
			now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
			attempt.streamCreated(Attributes.EMPTY, new Metadata());
		}
		assertThat(wait.count()).isEqualTo(1);
		assertThat(wait.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(5);
	}

	@Test
	void serversThatComeAndGoDoNotMakeLabelsWithoutLimit() {
		AtomicLong now = new AtomicLong();
		Peers peers = new Peers(this.registry, "k8s:///talk:grpc", now::get);
		for (int i = 0; i < 10_000; i++) {
			peers.attempt(new InetSocketAddress("10.0." + i / 256 + "." + i % 256, 9090), now.get());
		}
		assertThat(this.registry.get("grpc.k8s.observability.peer.attempts").counters()).hasSize(Peers.MAX_PEERS + 1)
			.extracting((counter) -> counter.getId().getTag("peer"))
			.contains("other", "10.0.0.1:9090");
		now.set(Peers.FORGOTTEN_AFTER + 1);
		peers.attempt(new InetSocketAddress("10.1.0.1", 9090), now.get());
		assertThat(this.registry.get("grpc.k8s.observability.peer.attempts").counters())
			.extracting((counter) -> counter.getId().getTag("peer"))
			.containsExactlyInAnyOrder("other", "10.1.0.1:9090");
	}

	@Test
	void methodsAreSeenBeforeTheirFirstCall() throws Exception {
		try (Talk talk = talk(this.registry)) {
			server(this.registry).started(talk.server);
			assertThat(meters()).extracting(MetersTests::method)
				.containsExactlyInAnyOrder("talk.Talk/Say", "talk.Talk/Chat");
		}
	}

	@Test
	void retriesAreAttemptsOfOneCall() throws Exception {
		AtomicInteger attempts = new AtomicInteger();
		try (Talk talk = talk(this.registry)) {
			talk.say = (request) -> {
				if (attempts.incrementAndGet() == 1) {
					throw Status.UNAVAILABLE.asRuntimeException();
				}
				return request;
			};
			say(talk);
			assertThat(this.registry.get("grpc.client.attempt.started").counter().count()).isEqualTo(2);
			assertThat(count("grpc.client.attempt.duration", "UNAVAILABLE")).isEqualTo(1);
			assertThat(count("grpc.client.attempt.duration", "OK")).isEqualTo(1);
			assertThat(count("grpc.client.call.duration", "OK")).isEqualTo(1);
			assertThat(this.registry.find("grpc.client.call.duration").timers()).hasSize(1);
		}
	}

	@Test
	void cancelledStreamIsMeasuredAsCancelled() throws Exception {
		try (Talk talk = talk(this.registry)) {
			CompletableFuture<String> first = new CompletableFuture<>();
			ClientCall<String, String> call = talk.channel.newCall(Talk.CHAT, CallOptions.DEFAULT);
			StreamObserver<String> requests = ClientCalls.asyncBidiStreamingCall(call, onFirst(first));
			requests.onNext("one");
			first.get();
			call.cancel("enough", null);
			await().untilAsserted(() -> {
				assertThat(count("grpc.server.call.duration", "CANCELLED")).isEqualTo(1);
				assertThat(count("grpc.client.call.duration", "CANCELLED")).isEqualTo(1);
				assertThat(count("grpc.client.attempt.duration", "CANCELLED")).isEqualTo(1);
			});
		}
	}

	@Test
	void unknownMethodsShareOneLabel() throws Exception {
		try (Talk talk = new Talk(List.of(server(this.registry)), List.of())) {
			for (int i = 0; i < 10_000; i++) {
				MethodDescriptor<String, String> unknown = Talk.method("attack.S" + i + "/M" + i,
						MethodDescriptor.MethodType.UNARY, true);
				assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(
						() -> ClientCalls.blockingUnaryCall(talk.channel, unknown, CallOptions.DEFAULT, "hello"));
			}
			await()
				.untilAsserted(() -> assertThat(count("grpc.server.call.duration", "UNIMPLEMENTED")).isEqualTo(10_000));
			assertThat(meters()).hasSize(4).allSatisfy((meter) -> assertThat(method(meter)).isEqualTo("other"));
		}
	}

	@Test
	void methodsOfAClientThatWereNotGeneratedShareOneLabel() throws Exception {
		try (Talk talk = new Talk(List.of(), List.of(client(this.registry)))) {
			ClientCalls.blockingUnaryCall(talk.channel, Talk.NOT_GENERATED, CallOptions.DEFAULT, "hello");
			assertThat(meters()).filteredOn((meter) -> method(meter) != null)
				.isNotEmpty()
				.allSatisfy((meter) -> assertThat(method(meter)).isEqualTo("other"));
		}
	}

	@Test
	void namesOfMethodsAreLimited() {
		BoundedByMethod<String> values = new BoundedByMethod<>((method) -> method);
		for (int i = 0; i < BoundedByMethod.MAX_METHODS; i++) {
			assertThat(values.of("m" + i)).isEqualTo("m" + i);
		}
		assertThat(values.of("one more")).isEqualTo("other");
		assertThat(values.of("m0")).isEqualTo("m0");
	}

	@Test
	void probesLeaveNoMeters() throws Exception {
		try (Talk talk = talk(this.registry)) {
			HealthGrpc.newBlockingStub(talk.channel).check(HealthCheckRequest.getDefaultInstance());
			say(talk);
			await()
				.untilAsserted(() -> assertThat(this.registry.find("grpc.server.call.duration").timers()).hasSize(1));
			assertThat(meters()).extracting(MetersTests::method)
				.filteredOn(Objects::nonNull)
				.containsOnly("talk.Talk/Say");
		}
	}

	@ParameterizedTest
	@CsvSource({ "k8s:///users.shop:grpc, k8s:///users.shop:grpc", "k8s:users:grpc, k8s:users:grpc",
			"k8s:users, k8s:users", "unix:socket, unix:socket", "localhost:8080, dns:///localhost:8080",
			"users.shop, dns:///users.shop", "[::1]:8080, dns:///[::1]:8080" })
	void onlyATargetWithoutASchemeIsTakenForDns(String target, String label) {
		assertThat(ClientMeters.canonical(target)).isEqualTo(label);
	}

	@Test
	void registryIsAskedForAtTheFirstCallOnly() throws Exception {
		AtomicInteger asked = new AtomicInteger();
		try (Talk talk = new Talk(List.of(), List.of(new ClientMeters(() -> {
			asked.incrementAndGet();
			return this.registry;
		}, () -> false, System::nanoTime, false, false)))) {
			assertThat(asked).hasValue(0);
			say(talk);
			say(talk);
			assertThat(asked).hasValue(1);
		}
	}

	@Test
	void withoutARegistryNothingIsMeasured() throws Exception {
		try (Talk talk = new Talk(List.of(new ServerMeters(() -> null, () -> false, System::nanoTime, false, false)),
				List.of(new ClientMeters(() -> null, () -> false, System::nanoTime, false, false)))) {
			say(talk);
			assertThat(meters()).isEmpty();
		}
	}

	@Test
	void whatIsMeasuredElsewhereIsLeftAlone() throws Exception {
		ServerMeters meters = new ServerMeters(() -> this.registry, () -> true, System::nanoTime, false, false);
		try (Talk talk = new Talk(List.of(meters),
				List.of(new ClientMeters(() -> this.registry, () -> true, System::nanoTime, false, false)))) {
			meters.started(talk.server);
			say(talk);
			assertThat(meters()).isEmpty();
		}
	}

	@Test
	void durationIsThatOfTheTicker() throws Exception {
		AtomicInteger seconds = new AtomicInteger();
		try (Talk talk = new Talk(List.of(), List.of(new ClientMeters(() -> this.registry, () -> false,
				() -> seconds.get() * 1_000_000_000L, false, false)))) {
			talk.say = (request) -> {
				seconds.set(3);
				return request;
			};
			say(talk);
			assertThat(this.registry.get("grpc.client.call.duration").timer().totalTime(TimeUnit.SECONDS)).isEqualTo(3);
		}
	}

	private static Talk talk(MeterRegistry registry) throws IOException {
		return new Talk(List.of(server(registry)), List.of(client(registry)));
	}

	private static ServerMeters server(MeterRegistry registry) {
		return new ServerMeters(() -> registry, () -> false, System::nanoTime, false, false);
	}

	private static ClientMeters client(MeterRegistry registry) {
		return new ClientMeters(() -> registry, () -> false, System::nanoTime, false, false);
	}

	private static void say(Talk talk) {
		ClientCalls.blockingUnaryCall(talk.channel, Talk.SAY, CallOptions.DEFAULT, "hello");
	}

	/** The buckets of this registry are meters of their own. */
	private List<Meter> meters() {
		return this.registry.getMeters()
			.stream()
			.filter((meter) -> !meter.getId().getName().endsWith(".histogram"))
			.toList();
	}

	private long count(String timer, String status) {
		return this.registry.get(timer).tag("grpc.status", status).timer().count();
	}

	private static @Nullable String method(Meter meter) {
		return meter.getId().getTag("grpc.method");
	}

	private static StreamObserver<String> onFirst(CompletableFuture<String> first) {
		return new StreamObserver<>() {

			@Override
			public void onNext(String answer) {
				first.complete(answer);
			}

			@Override
			public void onError(Throwable failure) {
				first.completeExceptionally(failure);
			}

			@Override
			public void onCompleted() {
			}

		};
	}

}
