package io.github.grpck8s.discovery;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.grpck8s.test.FakeKubernetes;
import io.github.grpck8s.test.FakePod;
import io.github.grpck8s.test.FakePort;
import io.github.grpck8s.test.FakeService;
import io.github.grpck8s.test.Fault;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * A plain channel in a process without any application context: kubeconfig, resolver
 * found on the class path, real calls.
 */
@Timeout(60)
class KubernetesChannelTests {

	private static final MethodDescriptor<String, String> WHO = MethodDescriptor.<String, String>newBuilder()
		.setType(MethodDescriptor.MethodType.UNARY)
		.setFullMethodName("test.Who/Who")
		.setRequestMarshaller(new Text())
		.setResponseMarshaller(new Text())
		.build();

	private final FakeKubernetes kubernetes = FakeKubernetes.start();

	private final FakeService users = this.kubernetes.service("shop", "users");

	private final List<Server> servers = new ArrayList<>();

	private final List<ManagedChannel> channels = new ArrayList<>();

	@BeforeEach
	void kubeconfig() {
		System.setProperty("kubeconfig", this.kubernetes.kubeconfigFile("shop").toString());
	}

	@AfterEach
	void close() {
		System.clearProperty("kubeconfig");
		this.channels.forEach(ManagedChannel::shutdownNow);
		this.servers.forEach(Server::shutdownNow);
		this.kubernetes.close();
	}

	@Test
	void callsReachAllPodsAndFollowThem() throws IOException {
		pod("a");
		pod("b");
		ManagedChannel channel = channel("k8s:///users:grpc");
		assertThat(channel.authority()).isEqualTo("users.shop.svc");
		await().untilAsserted(() -> assertThat(answers(channel)).containsOnlyKeys("a", "b"));
		pod("c");
		await().untilAsserted(() -> assertThat(answers(channel)).containsOnlyKeys("a", "b", "c"));
		this.users.terminate("a");
		await().untilAsserted(() -> assertThat(answers(channel)).containsOnlyKeys("b", "c"));
		assertThat(this.kubernetes.lists()).isEqualTo(1);
	}

	@Test
	void failedCallSaysThatThereIsNoSuchService() {
		ManagedChannel channel = channel("k8s:///orders:grpc");
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> who(channel))
			.withMessageContaining(
					"UNAVAILABLE: No EndpointSlice carries kubernetes.io/service-name=orders in namespace shop");
	}

	@Test
	void failedCallNamesTheRoleThatIsMissing() {
		this.kubernetes.inject(Fault.forbidden());
		ManagedChannel channel = channel("k8s:///users:grpc");
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> who(channel))
			.withMessageContaining("UNAVAILABLE: Not allowed to list endpointslices in namespace shop")
			.withMessageContaining("kind: RoleBinding");
	}

	@Test
	void failedCallListsThePortsThatExist() throws IOException {
		pod("a");
		ManagedChannel channel = channel("k8s:///users:rpc");
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> who(channel))
			.withMessageContaining("has a port named 'rpc'; the pods of shop/users have the port grpc [");
	}

	private void pod(String name) throws IOException {
		Server server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
			.addService(ServerServiceDefinition.builder("test.Who")
				.addMethod(WHO, ServerCalls.asyncUnaryCall((request, answer) -> {
					answer.onNext(name);
					answer.onCompleted();
				}))
				.build())
			.build()
			.start();
		this.servers.add(server);
		SocketAddress address = server.getListenSockets().get(0);
		int port = ((InetSocketAddress) address).getPort();
		this.users.add(FakePod.of(name, "127.0.0.1").ports(FakePort.of("grpc", port)));
	}

	private ManagedChannel channel(String target) {
		ManagedChannel channel = Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
			.defaultLoadBalancingPolicy("round_robin")
			.build();
		this.channels.add(channel);
		return channel;
	}

	private Map<String, Integer> answers(ManagedChannel channel) {
		Map<String, Integer> answers = new HashMap<>();
		for (int i = 0; i < 20; i++) {
			answers.merge(who(channel), 1, Integer::sum);
		}
		return answers;
	}

	private static String who(ManagedChannel channel) {
		return ClientCalls.blockingUnaryCall(channel, WHO, CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
				"");
	}

	private static final class Text implements MethodDescriptor.Marshaller<String> {

		@Override
		public InputStream stream(String value) {
			return new ByteArrayInputStream(value.getBytes(UTF_8));
		}

		@Override
		public String parse(InputStream stream) {
			try {
				return new String(stream.readAllBytes(), UTF_8);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
