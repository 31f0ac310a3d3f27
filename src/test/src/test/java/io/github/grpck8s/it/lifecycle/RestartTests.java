package io.github.grpck8s.it.lifecycle;

import java.util.ArrayList;
import java.util.List;
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
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Contexts that stop and start again, and several in one JVM.
 */
class RestartTests {

	private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

	private final List<Server> servers = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.contexts.forEach(ConfigurableApplicationContext::close);
	}

	@Test
	void contextThatStopsAndStartsServesAgainAndDrainsAgain() {
		ConfigurableApplicationContext context = run("grpc.k8s.shutdown.grace=5s");
		assertThat(health(0)).isEqualTo("SERVING");
		context.stop();
		assertThat(this.servers.get(0).isTerminated()).as("the first server has ended").isTrue();
		context.start();
		assertThat(this.servers).hasSize(2);
		assertThat(health(1)).isEqualTo("SERVING");
		assertThat(user(1)).isEqualTo("Ada Lovelace");
		context.close();
		assertThat(this.servers.get(1).isTerminated()).as("the second server has ended").isTrue();
	}

	@Test
	void theEndOfOneApplicationIsNotThatOfAnother() {
		ConfigurableApplicationContext first = run();
		run();
		assertThat(List.of(health(0), health(1))).containsOnly("SERVING");
		first.close();
		assertThat(this.servers.get(0).isTerminated()).isTrue();
		assertThat(health(1)).isEqualTo("SERVING");
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
		List<String> arguments = new ArrayList<>(List.of("--spring.main.banner-mode=off", "--logging.level.root=warn",
				"--grpc.server.address=127.0.0.1", "--grpc.server.port=0", "--otel.sdk.disabled=true",
				"--spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=PostgreSQL;DB_CLOSE_DELAY=-1"));
		for (String property : properties) {
			arguments.add("--" + property);
		}
		ApplicationListener<GrpcServerStartedEvent> started = (event) -> this.servers.add(event.getServer());
		ConfigurableApplicationContext context = new SpringApplicationBuilder(ExampleApplication.class)
			.web(WebApplicationType.NONE)
			.profiles("server")
			.listeners(started)
			.run(arguments.toArray(String[]::new));
		this.contexts.add(context);
		return context;
	}

	private String health(int server) {
		ManagedChannel channel = channel(server);
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
