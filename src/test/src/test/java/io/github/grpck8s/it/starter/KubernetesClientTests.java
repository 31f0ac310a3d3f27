package io.github.grpck8s.it.starter;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.github.grpck8s.it.starter.Apps.Caller;
import io.github.grpck8s.test.FakeKubernetes;
import io.github.grpck8s.test.FakeKubernetesExtension;
import io.github.grpck8s.test.FakePod;
import io.github.grpck8s.test.FakeService;
import io.github.grpck8s.test.Fault;
import io.github.grpck8s.test.RecordedRequest;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Channels of the stack to {@code k8s:} targets, against a Kubernetes API over real HTTP.
 */
class KubernetesClientTests {

	@RegisterExtension
	static final FakeKubernetesExtension CLUSTER = new FakeKubernetesExtension().asCurrentContext("shop");

	private static ConfigurableApplicationContext server;

	private FakeService users;

	@BeforeAll
	static void startServer() {
		server = Apps.server();
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	@BeforeEach
	void oneReadyPod() {
		this.users = kubernetes().service("shop", "users");
		this.users.add(pod("users-0"));
		kubernetes().forgetRequests();
	}

	@AfterEach
	void noService() {
		this.users.delete();
	}

	private static FakeKubernetes kubernetes() {
		return CLUSTER.kubernetes();
	}

	private static FakePod pod(String name) {
		return FakePod.of(name, "127.0.0.1").port("grpc", Apps.port(server));
	}

	@Test
	void callsReachThePodsOfAService() {
		try (ConfigurableApplicationContext client = Apps.client("k8s:///users:grpc")) {
			assertThat(client.getBean(Caller.class).name("1")).isEqualTo("user 1");
			assertThat(kubernetes().requests()).hasSize(2)
				.allSatisfy((request) -> assertThat(request.path())
					.isEqualTo("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices"));
		}
	}

	@Test
	void aServiceWithoutReadyPodsIsNamedAndComesBack() {
		try (ConfigurableApplicationContext client = Apps.client("k8s:///users.shop:grpc")) {
			Caller caller = client.getBean(Caller.class);
			assertThat(caller.name("1")).isEqualTo("user 1");
			this.users.ready("users-0", false);
			await().atMost(Duration.ofSeconds(10))
				.untilAsserted(
						() -> assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> caller.name("2"))
							.withMessageContaining("UNAVAILABLE")
							.withMessageContaining("shop/users has 0 ready endpoints"));
			this.users.ready("users-0", true);
			await().atMost(Duration.ofSeconds(10))
				.ignoreExceptions()
				.untilAsserted(() -> assertThat(caller.name("3")).isEqualTo("user 3"));
		}
	}

	@Test
	void aMissingServiceIsNamed() {
		try (ConfigurableApplicationContext client = Apps.client("k8s:///orders:grpc")) {
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> client.getBean(Caller.class).name("1"))
				.withMessageContaining("UNAVAILABLE")
				.withMessageContaining("No EndpointSlice carries kubernetes.io/service-name=orders in namespace shop");
		}
	}

	@Test
	void aMissingPortNameIsNamedWithThoseThatAreThere() {
		try (ConfigurableApplicationContext client = Apps.client("k8s:///users:http")) {
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> client.getBean(Caller.class).name("1"))
				.withMessageContaining("UNAVAILABLE")
				.withMessageContaining("grpc");
		}
	}

	@Test
	void aMissingRoleIsGivenReadyToApplyAndRecoveredFrom() {
		Fault forbidden = kubernetes().inject(Fault.forbidden());
		try (ConfigurableApplicationContext client = Apps.client("k8s:///users:grpc")) {
			Caller caller = client.getBean(Caller.class);
			assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> caller.name("1"))
				.withMessageContaining("UNAVAILABLE")
				.withMessageContaining("kind: Role")
				.withMessageContaining("kind: RoleBinding");
			kubernetes().heal(forbidden);
			await().atMost(Duration.ofSeconds(35))
				.ignoreExceptions()
				.untilAsserted(() -> assertThat(caller.name("2")).isEqualTo("user 2"));
		}
	}

	@Test
	void anOutageOfTheApiServerIsNotNoticed() {
		try (ConfigurableApplicationContext client = Apps.client("k8s:///users:grpc")) {
			Caller caller = client.getBean(Caller.class);
			assertThat(caller.name("1")).isEqualTo("user 1");
			kubernetes().awaitOpenWatches(1, Duration.ofSeconds(10));
			kubernetes().down();
			for (int i = 0; i < 50; i++) {
				assertThat(caller.name("x")).isEqualTo("user x");
			}
			kubernetes().up();
			kubernetes().awaitOpenWatches(1, Duration.ofSeconds(40));
		}
	}

	@Test
	void anApiServerThatIsAwayIsNamedBeforeTheDefaultDeadline() {
		kubernetes().down();
		try (ConfigurableApplicationContext client = Apps.client("k8s:///users:grpc")) {
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> client.getBean(Caller.class).name("1"))
				.withMessageContaining("UNAVAILABLE")
				.withMessageContaining(kubernetes().url());
		}
		finally {
			kubernetes().up();
		}
	}

	@Test
	void aChannelThatIsBuiltByHandFindsThePodsToo() throws InterruptedException {
		try (ConfigurableApplicationContext app = Apps.server()) {
			assertThat(app.isActive()).isTrue();
			ManagedChannel channel = Grpc.newChannelBuilder("k8s:///users:grpc", InsecureChannelCredentials.create())
				.build();
			try {
				assertThat(UserServiceGrpc.newBlockingStub(channel)
					.withDeadlineAfter(10, TimeUnit.SECONDS)
					.getUser(GetUserRequest.newBuilder().setUserId("1").build())
					.getName()).isEqualTo("user 1");
			}
			finally {
				channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
			}
		}
	}

	@Test
	void addressesOfSpringsDiscoveryClientStillWorkBesideOurs() {
		try (ConfigurableApplicationContext client = Apps.client("k8s:///users:grpc",
				"grpc.client.others.address=discovery:///others", "grpc.client.others.negotiation-type=plaintext",
				"spring.cloud.discovery.client.simple.instances.others[0].uri=http://127.0.0.1:" + Apps.port(server))) {
			assertThat(client.getBean(Caller.class).name("1")).isEqualTo("user 1");
			assertThat(UserServiceGrpc.newBlockingStub(client.getBean(GrpcChannelFactory.class).createChannel("others"))
				.withDeadlineAfter(10, TimeUnit.SECONDS)
				.getUser(GetUserRequest.newBuilder().setUserId("2").build())
				.getName()).isEqualTo("user 2");
		}
	}

	@Test
	void theKubernetesClientOfTheApplicationIsUsed() {
		try (FakeKubernetes other = FakeKubernetes.start()) {
			other.service("elsewhere", "users").add(pod("users-0"));
			Config config = new ConfigBuilder(Config.empty()).withMasterUrl(other.url())
				.withOauthToken(other.token())
				.withNamespace("elsewhere")
				.build();
			try (ConfigurableApplicationContext client = new SpringApplicationBuilder(Apps.ClientApp.class)
				.initializers((context) -> context.getBeanFactory()
					.registerSingleton("client", new KubernetesClientBuilder().withConfig(config).build()))
				.run("--spring.config.name=none", "--spring.sql.init.mode=never", "--grpc.server.port=-1",
						"--grpc.client.users.address=k8s:///users:grpc",
						"--grpc.client.users.negotiation-type=plaintext")) {
				assertThat(client.getBean(KubernetesClient.class)).isNotNull();
				assertThat(client.getBean(Caller.class).name("1")).isEqualTo("user 1");
				assertThat(other.lists()).isEqualTo(1);
				assertThat(kubernetes().requests()).isEmpty();
			}
		}
	}

	@Test
	void anApplicationWithoutKubernetesTargetCallsNoApiServerAndStartsNoThread() {
		// those of the test before end some seconds after their last request
		await().atMost(Duration.ofSeconds(20))
			.until(() -> threads().stream().noneMatch((name) -> name.contains("discovery")));
		try (ConfigurableApplicationContext client = Apps.client("static://127.0.0.1:" + Apps.port(server),
				"spring.main.cloud-platform=kubernetes",
				"spring.cloud.kubernetes.client.master-url=" + kubernetes().url(),
				"spring.cloud.kubernetes.client.oauth-token=" + kubernetes().token())) {
			assertThat(client.getBean(Caller.class).name("1")).isEqualTo("user 1");
			assertThat(kubernetes().requests()).extracting(RecordedRequest::path).isEmpty();
			assertThat(threads()).noneMatch((name) -> name.contains("discovery"));
		}
	}

	private static Set<String> threads() {
		Map<Thread, StackTraceElement[]> all = Thread.getAllStackTraces();
		return all.keySet().stream().map(Thread::getName).collect(Collectors.toSet());
	}

}
