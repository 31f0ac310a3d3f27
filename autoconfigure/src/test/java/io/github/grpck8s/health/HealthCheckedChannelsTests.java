package io.github.grpck8s.health;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

import com.google.protobuf.Empty;
import io.github.grpck8s.ChannelSpec;
import io.grpc.CallOptions;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Channels that watch the health of their servers, with both policies that honour it.
 */
class HealthCheckedChannelsTests {

	private static final MethodDescriptor<Empty, Empty> ASK = MethodDescriptor.<Empty, Empty>newBuilder()
		.setType(MethodType.UNARY)
		.setFullMethodName("shop.Orders/Ask")
		.setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
		.setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
		.build();

	/** gRPC complains of servers without health. */
	private static final Logger NOISE = Logger.getLogger("io.grpc.protobuf.services");

	private final List<Pod> pods = new ArrayList<>();

	private final Pods resolver = new Pods();

	private final List<ManagedChannel> channels = new ArrayList<>();

	@AfterEach
	void stop() throws Exception {
		NOISE.setLevel(null);
		this.channels.forEach(ManagedChannel::shutdownNow);
		NameResolverRegistry.getDefaultRegistry().deregister(this.resolver);
		for (Pod pod : this.pods) {
			pod.server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "round_robin", "kubernetes" })
	void noServerIsCalledThatSaysItIsNotServing(String policy) throws Exception {
		Pod first = new Pod(true);
		Pod second = new Pod(true);
		ManagedChannel channel = channel(policy, "shop.Orders");
		await().untilAsserted(() -> assertThat(answering(channel)).containsExactlyInAnyOrder(first, second));
		first.health.accepting(false);
		await().untilAsserted(() -> assertThat(answering(channel)).containsExactly(second));
		first.health.accepting(true);
		await().untilAsserted(() -> assertThat(answering(channel)).containsExactlyInAnyOrder(first, second));
		first.health.drainStarting();
		second.health.accepting(false);
		await().untilAsserted(
				() -> assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> answering(channel))
					.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "round_robin", "kubernetes" })
	void aNameThatNoServerKnowsIsATotalOutage(String policy) throws Exception {
		new Pod(true);
		ManagedChannel channel = channel(policy, "shop.Order");
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> answering(channel)).satisfies((ex) -> {
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(ex.getStatus().getDescription()).contains("SERVICE_UNKNOWN");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "round_robin", "kubernetes" })
	void aServerWithoutHealthIsCalled(String policy) throws Exception {
		NOISE.setLevel(Level.OFF);
		Pod mute = new Pod(false);
		ManagedChannel channel = channel(policy, "shop.Orders");
		await().untilAsserted(() -> assertThat(answering(channel)).containsExactly(mute));
	}

	@Test
	void withoutTheSettingServersAreNotAsked() throws Exception {
		Pod pod = new Pod(true);
		ManagedChannel channel = channel("kubernetes", null);
		pod.health.accepting(false);
		assertThat(answering(channel)).containsExactly(pod);
		assertThat(pod.health.watches()).isZero();
	}

	private ManagedChannel channel(String policy, @Nullable String service) {
		NameResolverRegistry.getDefaultRegistry().register(this.resolver);
		Map<String, Object> config = new HashMap<>(new HealthCheckedChannels((spec) -> service)
			.serviceConfig(new ChannelSpec("users", "checked-pods:///users")));
		config.put("loadBalancingConfig", List.of(Map.of(policy, Map.of())));
		ManagedChannel channel = NettyChannelBuilder.forTarget("checked-pods:///users")
			.usePlaintext()
			.defaultServiceConfig(config)
			.build();
		this.channels.add(channel);
		return channel;
	}

	/**
	 * Call often enough to meet every server that is called.
	 */
	private Set<Pod> answering(ManagedChannel channel) {
		this.pods.forEach((pod) -> pod.called = false);
		for (int call = 0; call < 8; call++) {
			ClientCalls.blockingUnaryCall(channel, ASK, CallOptions.DEFAULT.withDeadlineAfter(5, TimeUnit.SECONDS),
					Empty.getDefaultInstance());
		}
		Set<Pod> answering = new HashSet<>(this.pods);
		answering.removeIf((pod) -> !pod.called);
		return answering;
	}

	private final class Pod {

		private final ServerHealth health = new ServerHealth(Map::of, null);

		private final Server server;

		private volatile boolean called;

		Pod(boolean healthy) throws Exception {
			NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
				.addService(ServerServiceDefinition.builder("shop.Orders")
					.addMethod(ASK, ServerCalls.asyncUnaryCall((request, response) -> {
						this.called = true;
						response.onNext(request);
						response.onCompleted();
					}))
					.build());
			if (healthy) {
				builder.addService(this.health.service());
			}
			this.server = builder.build().start();
			this.health.started(this.server);
			this.health.warm();
			this.health.accepting(true);
			HealthCheckedChannelsTests.this.pods.add(this);
		}

		SocketAddress address() {
			return new InetSocketAddress("127.0.0.1", this.server.getPort());
		}

	}

	/**
	 * Finds all pods.
	 */
	private final class Pods extends NameResolverProvider {

		@Override
		public NameResolver newNameResolver(URI target, NameResolver.Args args) {
			return new NameResolver() {

				@Override
				public String getServiceAuthority() {
					return "users";
				}

				@Override
				public void start(Listener2 listener) {
					List<EquivalentAddressGroup> groups = HealthCheckedChannelsTests.this.pods.stream()
						.map((pod) -> new EquivalentAddressGroup(pod.address()))
						.toList();
					listener.onResult2(
							ResolutionResult.newBuilder().setAddressesOrError(StatusOr.fromValue(groups)).build());
				}

				@Override
				public void shutdown() {
				}

			};
		}

		@Override
		protected boolean isAvailable() {
			return true;
		}

		@Override
		protected int priority() {
			return 5;
		}

		@Override
		public String getDefaultScheme() {
			return "checked-pods";
		}

	}

}
