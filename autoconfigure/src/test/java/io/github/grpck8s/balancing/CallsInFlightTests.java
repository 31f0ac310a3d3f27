package io.github.grpck8s.balancing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.NameResolver.ConfigOrError;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.util.ForwardingLoadBalancerHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.Mockito;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The count of calls in flight on real connections.
 */
@Timeout(60)
class CallsInFlightTests {

	private final AtomicReference<SubchannelPicker> picker = new AtomicReference<>();

	private final ListResolver resolver = new ListResolver();

	private final Watched watched = new Watched();

	private final EchoServer server = new EchoServer();

	@BeforeEach
	void register() {
		NameResolverRegistry.getDefaultRegistry().register(this.resolver);
		LoadBalancerRegistry.getDefaultRegistry().register(this.watched);
	}

	@AfterEach
	void close() {
		this.server.close();
		LoadBalancerRegistry.getDefaultRegistry().deregister(this.watched);
		NameResolverRegistry.getDefaultRegistry().deregister(this.resolver);
	}

	@Test
	void pitfall23CountReturnsToZeroHoweverCallsEnd() {
		ManagedChannel channel = NettyChannelBuilder.forTarget(ListResolver.SCHEME + ":///users")
			.usePlaintext()
			.defaultServiceConfig(
					Map.of("loadBalancingConfig", List.of(Map.of(this.watched.getPolicyName(), Map.of()))))
			.build();
		try {
			channel.getState(true);
			await().until(this.resolver::isStarted);
			AtomicInteger ended = new AtomicInteger();
			// never leave the queue
			for (int i = 0; i < 50; i++) {
				start(channel, EchoServer.SAY, CallOptions.DEFAULT, ended).cancel("queued", null);
			}
			await().untilAsserted(() -> assertThat(ended).hasValue(50));
			List<ClientCall<String, String>> open = new ArrayList<>();
			for (int i = 0; i < 100; i++) {
				open.add(start(channel, EchoServer.TALK, CallOptions.DEFAULT, ended));
			}
			this.resolver.find(Attributes.EMPTY, List.of(this.server.address()));
			await().untilAsserted(() -> assertThat(inFlight()).isEqualTo(100));
			for (int i = 0; i < 200; i++) {
				ClientCall<String, String> call = start(channel, EchoServer.SAY, CallOptions.DEFAULT, ended);
				if (i % 4 == 0) {
					call.cancel("unfinished", null);
				}
				else {
					call.sendMessage("x");
					call.halfClose();
				}
				start(channel, EchoServer.TALK, CallOptions.DEFAULT
					.withDeadlineAfter(ThreadLocalRandom.current().nextInt(1, 30), TimeUnit.MILLISECONDS), ended);
			}
			await().untilAsserted(() -> assertThat(ended).hasValue(450));
			open.forEach((call) -> call.cancel("enough", null));
			await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(inFlight()).isZero());
		}
		finally {
			channel.shutdownNow();
		}
	}

	private int inFlight() {
		SubchannelPicker current = this.picker.get();
		if (current == null) {
			return -1;
		}
		return (current.pickSubchannel(Mockito.mock(PickSubchannelArgs.class))
			.getStreamTracerFactory() instanceof Calls calls) ? calls.inFlight() : -1;
	}

	private static ClientCall<String, String> start(ManagedChannel channel, MethodDescriptor<String, String> method,
			CallOptions options, AtomicInteger ended) {
		ClientCall<String, String> call = channel.newCall(method, options);
		call.start(new ClientCall.Listener<>() {
			@Override
			public void onClose(Status status, Metadata trailers) {
				ended.incrementAndGet();
			}
		}, new Metadata());
		call.request(1);
		return call;
	}

	/**
	 * The policy, with its pickers looked at and one connection per pod.
	 */
	private final class Watched extends LoadBalancerProvider {

		@Override
		public boolean isAvailable() {
			return true;
		}

		@Override
		public int getPriority() {
			return 5;
		}

		@Override
		public String getPolicyName() {
			return "watched_by_a_test";
		}

		@Override
		public ConfigOrError parseLoadBalancingPolicyConfig(Map<String, ?> config) {
			return ConfigOrError.fromConfig(new PodsConfig(1, 1000, 1, 0, 0));
		}

		@Override
		public LoadBalancer newLoadBalancer(Helper helper) {
			return new PodLoadBalancer(new ForwardingLoadBalancerHelper() {

				@Override
				protected Helper delegate() {
					return helper;
				}

				@Override
				public void updateBalancingState(ConnectivityState state, SubchannelPicker newPicker) {
					CallsInFlightTests.this.picker.set(newPicker);
					super.updateBalancingState(state, newPicker);
				}

			});
		}

	}

}
