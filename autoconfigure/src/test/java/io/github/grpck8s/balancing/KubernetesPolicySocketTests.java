package io.github.grpck8s.balancing;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import com.google.common.util.concurrent.ListenableFuture;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.EndpointAttributes;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannel;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The policy on real connections, on channels that a stack has given {@code round_robin}.
 */
@Timeout(60)
class KubernetesPolicySocketTests {

	private static final String NONE = "shop/users has 0 ready endpoints (3 not ready, 0 terminating)";

	private final ListResolver resolver = new ListResolver();

	private final List<EchoServer> servers = new ArrayList<>();

	private final List<ManagedChannel> channels = new ArrayList<>();

	@BeforeEach
	void register() {
		NameResolverRegistry.getDefaultRegistry().register(this.resolver);
	}

	@AfterEach
	void close() {
		this.channels.forEach(ManagedChannel::shutdownNow);
		this.servers.forEach(EchoServer::close);
		NameResolverRegistry.getDefaultRegistry().deregister(this.resolver);
	}

	@Test
	void r64SteadyCallsAreSpreadEvenly() throws Exception {
		serve(3);
		ManagedChannel channel = channel("kubernetes", 200);
		find(this.servers);
		ExecutorService callers = Executors.newFixedThreadPool(4);
		try {
			List<Future<?>> done = IntStream.range(0, 4)
				.<Future<?>>mapToObj(
						(caller) -> callers.submit(() -> IntStream.range(0, 750).forEach((i) -> say(channel))))
				.toList();
			for (Future<?> one : done) {
				one.get();
			}
		}
		finally {
			callers.shutdownNow();
		}
		assertThat(unevenness()).isLessThanOrEqualTo(1.05);
	}

	@Test
	void r64CallsQueuedAtStartAreSpreadEvenly() throws Exception {
		serve(10);
		ManagedChannel channel = channel("kubernetes", 200);
		List<ListenableFuture<String>> calls = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			calls.add(ClientCalls.futureUnaryCall(channel.newCall(EchoServer.SAY, CallOptions.DEFAULT), "x"));
		}
		find(this.servers);
		for (ListenableFuture<String> call : calls) {
			call.get(10, TimeUnit.SECONDS);
		}
		assertThat(unevenness()).isLessThanOrEqualTo(1.5);
	}

	@ParameterizedTest
	@ValueSource(strings = { "kubernetes", "round_robin", "pick_first" })
	void r59EmptyListFailsCallsWithItsDescriptionAndTheNextListHeals(String policy) throws Exception {
		serve(2);
		ManagedChannel channel = channel(policy, 200);
		find(this.servers);
		say(channel);
		ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
		StreamObserver<String> talk = talk(channel, heard);
		talk.onNext("before");
		await().until(() -> heard.contains("before"));
		findNone();
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> say(channel)).satisfies((failure) -> {
			assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(failure.getStatus().getDescription()).isEqualTo(NONE);
		});
		talk.onNext("after");
		await().untilAsserted(() -> assertThat(heard).contains("after"));
		ListenableFuture<String> waiting = ClientCalls
			.futureUnaryCall(channel.newCall(EchoServer.SAY, CallOptions.DEFAULT.withWaitForReady()), "x");
		find(this.servers);
		waiting.get(5, TimeUnit.SECONDS);
		say(channel);
	}

	@ParameterizedTest
	@ValueSource(strings = { "kubernetes", "round_robin" })
	void r59OldAddressIsNotDialledWhenSomebodyElseHasIt(String policy) throws Exception {
		ManagedChannel channel = channel(policy, 200);
		EchoServer gone = new EchoServer();
		EquivalentAddressGroup old = gone.address();
		gone.close();
		find(Attributes.EMPTY, List.of(old));
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> say(channel));
		findNone();
		EchoServer somebodyElse = new EchoServer((builder) -> NettyServerBuilder.forAddress(old.getAddresses().get(0)));
		this.servers.add(somebodyElse);
		// gRPC lets a subchannel live on for 5 s and would redial it after 1 s
		await().during(Duration.ofMillis(2500))
			.atMost(Duration.ofSeconds(5))
			.untilAsserted(() -> assertThat(somebodyElse.connections).hasValue(0));
	}

	@Test
	void r60ErrorAfterFirstListChangesNothing() throws Exception {
		serve(2);
		ManagedChannel channel = channel("pick_first", 200);
		find(this.servers);
		say(channel);
		this.resolver.fail(Status.UNAVAILABLE.withDescription("API server is away"));
		IntStream.range(0, 100).forEach((i) -> say(channel));
		assertThat(this.servers.stream().mapToInt((server) -> server.connections.get()).sum()).isEqualTo(1);
	}

	@Test
	void r72AllPodsAwayFailsFastWithTheCause() throws Exception {
		ManagedChannel channel = channel("kubernetes", 200);
		EchoServer gone = new EchoServer();
		EquivalentAddressGroup old = gone.address();
		gone.close();
		find(Attributes.EMPTY, List.of(old));
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> say(channel)).satisfies((failure) -> {
			int port = ((InetSocketAddress) old.getAddresses().get(0)).getPort();
			assertThat(failure.getStatus().getDescription()).startsWith("The only pod cannot be reached")
				.contains("127.0.0.1:" + port)
				.contains("Connection refused");
		});
	}

	@Test
	void r74ConnectionsThatReachTheirAgeFailNoCall() throws Exception {
		for (int i = 0; i < 2; i++) {
			this.servers.add(new EchoServer((builder) -> builder.maxConnectionAge(1, TimeUnit.SECONDS)));
		}
		ManagedChannel channel = channel("kubernetes", 200);
		find(this.servers);
		AtomicBoolean stop = new AtomicBoolean();
		ExecutorService callers = Executors.newFixedThreadPool(4);
		List<Future<?>> done = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			done.add(callers.submit(() -> {
				while (!stop.get()) {
					say(channel);
				}
			}));
		}
		try {
			await().atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(this.servers)
					.allSatisfy((server) -> assertThat(server.connections.get()).isGreaterThanOrEqualTo(4)));
		}
		finally {
			stop.set(true);
			callers.shutdown();
		}
		for (Future<?> one : done) {
			one.get();
		}
	}

	@Test
	void r70LongStreamsOpenMoreConnectionsAndNoneWaits() throws Exception {
		EchoServer server = new EchoServer((builder) -> builder.maxConcurrentCallsPerConnection(10));
		this.servers.add(server);
		ManagedChannel channel = channel("kubernetes", 10);
		find(this.servers);
		say(channel);
		ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
		CountDownLatch go = new CountDownLatch(1);
		ExecutorService callers = Executors.newFixedThreadPool(6);
		try {
			for (int caller = 0; caller < 6; caller++) {
				callers.submit(() -> {
					go.await();
					for (int i = 0; i < 5; i++) {
						talk(channel, heard).onNext("hello");
					}
					return null;
				});
			}
			go.countDown();
			await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(heard).hasSize(30));
		}
		finally {
			callers.shutdownNow();
		}
		assertThat(server.connections.get()).isBetween(3, 4);
	}

	@Test
	void r70WithoutPoolTheSameStreamsWouldWait() throws Exception {
		EchoServer server = new EchoServer((builder) -> builder.maxConcurrentCallsPerConnection(10));
		this.servers.add(server);
		ManagedChannel channel = channel("round_robin", 10);
		find(this.servers);
		ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
		for (int i = 0; i < 30; i++) {
			talk(channel, heard).onNext("hello");
		}
		await().untilAsserted(() -> assertThat(heard).hasSize(10));
		await().during(Duration.ofMillis(300)).untilAsserted(() -> assertThat(heard).hasSize(10));
	}

	@Test
	void healthCheckConfigKeepsCallsAwayFromAPodThatDoesNotServe() {
		serve(2);
		EchoServer sick = this.servers.get(0);
		EchoServer well = this.servers.get(1);
		sick.health.setStatus("", HealthCheckResponse.ServingStatus.NOT_SERVING);
		Map<String, Object> config = new HashMap<>(serviceConfig("kubernetes", 200));
		config.put("healthCheckConfig", Map.of("serviceName", ""));
		ManagedChannel channel = channel(config);
		find(this.servers);
		IntStream.range(0, 100).forEach((i) -> say(channel));
		assertThat(sick.calls).hasValue(0);
		assertThat(well.calls).hasValue(100);
		sick.health.setStatus("", HealthCheckResponse.ServingStatus.SERVING);
		await().untilAsserted(() -> {
			say(channel);
			assertThat(sick.calls.get()).isPositive();
		});
	}

	private void serve(int count) {
		for (int i = 0; i < count; i++) {
			this.servers.add(new EchoServer());
		}
	}

	private static Map<String, ?> serviceConfig(String policy, int streams) {
		// longer than by default: a busy machine may take its time for ten connections
		BalancingServiceConfig config = BalancingServiceConfig.of(4, streams, 30_000_000_000L, 0.7, 5_000_000_000L,
				(channel) -> policy);
		return config.serviceConfig(new ChannelSpec("users", "k8s:///users"));
	}

	private ManagedChannel channel(String policy, int streams) {
		return channel(serviceConfig(policy, streams));
	}

	private ManagedChannel channel(Map<String, ?> serviceConfig) {
		ManagedChannel channel = NettyChannelBuilder.forTarget(ListResolver.SCHEME + ":///users")
			.usePlaintext()
			.defaultLoadBalancingPolicy("round_robin")
			.defaultServiceConfig(serviceConfig)
			.build();
		this.channels.add(channel);
		channel.getState(true);
		await().until(this.resolver::isStarted);
		return channel;
	}

	private void find(List<EchoServer> found) {
		find(Attributes.EMPTY, found.stream().map(EchoServer::address).toList());
	}

	private void findNone() {
		find(Attributes.newBuilder().set(EndpointAttributes.DESCRIPTION, NONE).build(), List.of());
	}

	private void find(Attributes attributes, List<EquivalentAddressGroup> addresses) {
		this.resolver.find(attributes, addresses);
	}

	private static void say(ManagedChannel channel) {
		ClientCalls.blockingUnaryCall(channel, EchoServer.SAY,
				CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS), "x");
	}

	private static StreamObserver<String> talk(ManagedChannel channel, ConcurrentLinkedQueue<String> heard) {
		ClientCall<String, String> call = channel.newCall(EchoServer.TALK, CallOptions.DEFAULT);
		return ClientCalls.asyncBidiStreamingCall(call, new StreamObserver<>() {

			@Override
			public void onNext(String text) {
				heard.add(text);
			}

			@Override
			public void onError(Throwable failure) {
			}

			@Override
			public void onCompleted() {
			}

		});
	}

	private double unevenness() {
		int[] calls = this.servers.stream().mapToInt((server) -> server.calls.get()).toArray();
		return Arrays.stream(calls).max().orElseThrow() / Arrays.stream(calls).average().orElseThrow();
	}

}
