package io.github.grpck8s.it.lifecycle;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.github.grpck8s.example.ExampleApplication;
import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Contexts that stop and start again, and several in one JVM.
 */
@ExtendWith(OutputCaptureExtension.class)
class RestartTests {

	private static final GetUserRequest ADA = GetUserRequest.newBuilder().setUserId("1").build();

	private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

	private final List<Server> servers = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.contexts.forEach(ConfigurableApplicationContext::close);
	}

	@Test
	void contextThatStopsAndStartsServesAgainAndDrainsAgain() {
		ConfigurableApplicationContext context = run("grpc.k8s.shutdown.grace=5s");
		awaitServing(0);
		context.stop();
		assertThat(this.servers.get(0).isTerminated()).as("the first server has ended").isTrue();
		context.start();
		assertThat(this.servers).hasSize(2);
		awaitServing(1);
		assertThat(user(1)).isEqualTo("Ada Lovelace");
		context.close();
		assertThat(this.servers.get(1).isTerminated()).as("the second server has ended").isTrue();
	}

	/**
	 * What a checkpoint and restore (CRaC) does with an application, without the JVM that
	 * can do it: everything that is a lifecycle stops and starts.
	 */
	@Test
	void everythingComesBackAfterAStop(CapturedOutput output) throws Exception {
		int port = freePort();
		int probes = freePort();
		ConfigurableApplicationContext context = run(WebApplicationType.SERVLET, "server.port=0",
				"management.server.port=0", "grpc.server.port=" + port, "grpc.k8s.health.port=" + probes,
				"grpc.client.self.address=static://127.0.0.1:" + port, "grpc.client.self.negotiation-type=plaintext",
				"grpc.k8s.shutdown.delay=300ms", "logging.level.io.github.grpck8s=info");
		UserServiceGrpc.UserServiceBlockingStub self = UserServiceGrpc
			.newBlockingStub(context.getBean(GrpcChannelFactory.class).createChannel("self"));
		for (int start = 1; start <= 2; start++) {
			assertThat(self.withWaitForReady().withDeadlineAfter(20, TimeUnit.SECONDS).getUser(ADA).getName())
				.as("start %d", start)
				.isEqualTo("Ada Lovelace");
			awaitServingAt(port);
			awaitServingAt(probes);
			context.stop();
			assertThat(this.servers).hasSize(start).allSatisfy((server) -> assertThat(server.isTerminated()).isTrue());
			assertThat(output.getOut().lines().filter((line) -> line.contains("gRPC server drained in")))
				.hasSize(start);
			context.start();
		}
		awaitServingAt(probes);
		assertThat(output).doesNotContain("ConfigurationPropertiesRebinder");
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private void awaitServing(int server) {
		awaitServingAt(this.servers.get(server).getPort());
	}

	/**
	 * The indicators of the group have been asked some time after the start.
	 */
	private static void awaitServingAt(int port) {
		await().atMost(30, TimeUnit.SECONDS).until(() -> healthAt(port).equals("SERVING"));
	}

	private static String healthAt(int port) {
		ManagedChannel channel = Grpc.newChannelBuilder("dns:///127.0.0.1:" + port, InsecureChannelCredentials.create())
			.build();
		try {
			return HealthGrpc.newBlockingStub(channel)
				.withDeadlineAfter(5, TimeUnit.SECONDS)
				.check(HealthCheckRequest.getDefaultInstance())
				.getStatus()
				.name();
		}
		finally {
			channel.shutdownNow();
		}
	}

	@Test
	void theEndOfOneApplicationIsNotThatOfAnother() {
		ConfigurableApplicationContext first = run();
		run();
		awaitServing(0);
		awaitServing(1);
		first.close();
		assertThat(this.servers.get(0).isTerminated()).isTrue();
		awaitServing(1);
		assertThat(user(1)).isEqualTo("Ada Lovelace");
	}

	@Test
	void reflectionIsThereForThoseWhoAsk() {
		run();
		run("grpc.server.reflection-service-enabled=true");
		assertThat(services(0)).contains("users.v1.UserService", "grpc.health.v1.Health")
			.noneMatch((name) -> name.startsWith("grpc.reflection."));
		assertThat(services(1)).anyMatch((name) -> name.startsWith("grpc.reflection."));
	}

	private List<String> services(int server) {
		return this.servers.get(server)
			.getServices()
			.stream()
			.map((service) -> service.getServiceDescriptor().getName())
			.toList();
	}

	private ConfigurableApplicationContext run(String... properties) {
		return run(WebApplicationType.NONE, properties);
	}

	private ConfigurableApplicationContext run(WebApplicationType type, String... properties) {
		Map<String, String> values = new LinkedHashMap<>(Map.of("spring.main.banner-mode", "off", "logging.level.root",
				"warn", "grpc.server.address", "127.0.0.1", "grpc.server.port", "0", "otel.sdk.disabled", "true",
				"spring.datasource.url", "jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=PostgreSQL;DB_CLOSE_DELAY=-1"));
		for (String property : properties) {
			values.put(property.substring(0, property.indexOf('=')), property.substring(property.indexOf('=') + 1));
		}
		List<String> arguments = new ArrayList<>();
		values.forEach((name, value) -> arguments.add("--" + name + "=" + value));
		ApplicationListener<GrpcServerStartedEvent> started = (event) -> this.servers.add(event.getServer());
		ConfigurableApplicationContext context = new SpringApplicationBuilder(ExampleApplication.class).web(type)
			.profiles("server")
			.listeners(started)
			.run(arguments.toArray(String[]::new));
		this.contexts.add(context);
		return context;
	}

	private String user(int server) {
		ManagedChannel channel = channel(server);
		try {
			return UserServiceGrpc.newBlockingStub(channel)
				.withDeadlineAfter(5, TimeUnit.SECONDS)
				.getUser(GetUserRequest.newBuilder().setUserId("1").build())
				.getName();
		}
		finally {
			channel.shutdownNow();
		}
	}

	private ManagedChannel channel(int server) {
		// the scheme is written out: net.devh registers one that beats DNS for all
		// channels of the JVM
		return Grpc
			.newChannelBuilder("dns:///127.0.0.1:" + this.servers.get(server).getPort(),
					InsecureChannelCredentials.create())
			.build();
	}

}
