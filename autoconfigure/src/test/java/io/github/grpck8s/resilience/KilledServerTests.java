package io.github.grpck8s.resilience;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpck8s.ChannelSpec;
import io.grpc.CallOptions;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two servers, of which one or the other loses all its connections again and again while
 * four callers go on.
 */
class KilledServerTests {

	private static final int CALLS = 2000;

	private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

	private final ExecutorService callers = Executors.newFixedThreadPool(4);

	private final Map<String, AtomicInteger> executions = new ConcurrentHashMap<>();

	private final AtomicInteger done = new AtomicInteger();

	private final List<EchoServer> servers = new ArrayList<>();

	private final List<CuttableProxy> proxies = new ArrayList<>();

	private final NameResolverProvider resolver = new ProxiesResolverProvider();

	private ManagedChannel channel;

	@BeforeEach
	void start() throws Exception {
		for (int i = 0; i < 2; i++) {
			EchoServer server = new EchoServer((execution, request, response) -> {
				this.executions.computeIfAbsent(request, (id) -> new AtomicInteger()).incrementAndGet();
				this.scheduler.schedule(() -> {
					response.onNext(request);
					response.onCompleted();
				}, 1, TimeUnit.MILLISECONDS);
			});
			this.servers.add(server);
			this.proxies.add(new CuttableProxy(server.port()));
		}
		NameResolverRegistry.getDefaultRegistry().register(this.resolver);
		// UNKNOWN: grpc-java's word for a write that meets a connection which has just
		// gone
		RetryPolicy policy = new RetryPolicy(3, Duration.ofMillis(10), Duration.ofMillis(100), 2,
				Set.of(Status.Code.UNAVAILABLE, Status.Code.UNKNOWN));
		RetryRules rules = new RetryRules(policy, new RetryThrottling(100, 0.1), Set.of());
		RetryFeature feature = new RetryFeature((spec) -> rules, (spec) -> List.of(EchoServer.SERVICE),
				IdempotentMethods.markedInDescriptor());
		this.channel = NettyChannelBuilder.forTarget("killed-servers:///")
			.usePlaintext()
			.defaultLoadBalancingPolicy("round_robin")
			.defaultServiceConfig(feature.serviceConfig(new ChannelSpec("echo", "killed-servers:///")))
			.build();
	}

	@AfterEach
	void stop() throws Exception {
		this.channel.shutdownNow();
		NameResolverRegistry.getDefaultRegistry().deregister(this.resolver);
		for (CuttableProxy proxy : this.proxies) {
			proxy.close();
		}
		this.servers.forEach(EchoServer::close);
		this.callers.shutdownNow();
		this.scheduler.shutdownNow();
	}

	@Test
	void idempotentCallsDoNotFail() throws Exception {
		assertThat(callWhileServersDie(EchoServer.READ)).isZero();
		assertThat(this.executions.values()).as("repeated").anyMatch((count) -> count.get() > 1);
	}

	@Test
	void otherCallsAreNotExecutedTwice() throws Exception {
		assertThat(callWhileServersDie(EchoServer.WRITE)).as("calls that were cut").isPositive();
		assertThat(this.executions.values()).allMatch((count) -> count.get() == 1);
	}

	private int callWhileServersDie(MethodDescriptor<String, String> method) throws Exception {
		List<Future<Integer>> failures = new ArrayList<>();
		for (int caller = 0; caller < 4; caller++) {
			String name = method.getBareMethodName() + " " + caller + "/";
			failures.add(this.callers.submit(() -> call(method, name)));
		}
		int failed = 0;
		for (Future<Integer> ofCaller : failures) {
			failed += ofCaller.get(60, TimeUnit.SECONDS);
		}
		return failed;
	}

	private int call(MethodDescriptor<String, String> method, String name) {
		int failed = 0;
		for (int i = 0; i < CALLS / 4; i++) {
			try {
				ClientCalls.blockingUnaryCall(this.channel, method, CallOptions.DEFAULT, name + i);
			}
			catch (StatusRuntimeException ex) {
				assertThat(ex.getStatus().getCode()).isIn(Status.Code.UNAVAILABLE, Status.Code.UNKNOWN);
				failed++;
			}
			int number = this.done.incrementAndGet();
			if (number % 100 == 0) {
				this.proxies.get(number / 100 % 2).cut();
			}
		}
		return failed;
	}

	private final class ProxiesResolverProvider extends NameResolverProvider {

		@Override
		public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
			return target.getScheme().equals(getDefaultScheme()) ? new ProxiesResolver() : null;
		}

		@Override
		public String getDefaultScheme() {
			return "killed-servers";
		}

		@Override
		protected boolean isAvailable() {
			return true;
		}

		@Override
		protected int priority() {
			return 5;
		}

	}

	private final class ProxiesResolver extends NameResolver {

		@Override
		public String getServiceAuthority() {
			return "localhost";
		}

		@Override
		public void start(Listener2 listener) {
			listener.onResult(ResolutionResult.newBuilder()
				.setAddressesOrError(StatusOr.fromValue(KilledServerTests.this.proxies.stream()
					.map((proxy) -> new EquivalentAddressGroup(proxy.address()))
					.toList()))
				.build());
		}

		@Override
		public void shutdown() {
		}

	}

}
