package io.github.grpck8s.it.starter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.User;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.client.inject.GrpcClient;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import net.devh.boot.grpc.server.service.GrpcService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;

/**
 * A server and a client.
 */
final class Apps {

	/**
	 * The example is on the class path as well: its settings and its data are not for
	 * these.
	 */
	static final List<String> WITHOUT_EXAMPLE = List.of("spring.config.name=none", "spring.sql.init.mode=never");

	private Apps() {
	}

	static ConfigurableApplicationContext server(String... properties) {
		List<String> all = new ArrayList<>(List.of("grpc.server.address=127.0.0.1", "grpc.server.port=0"));
		all.addAll(Arrays.asList(properties));
		return start(ServerApp.class, all);
	}

	static ConfigurableApplicationContext both(String... properties) {
		List<String> all = new ArrayList<>(List.of("grpc.server.address=127.0.0.1", "grpc.server.port=0"));
		all.addAll(Arrays.asList(properties));
		return start(BothApp.class, all);
	}

	static ConfigurableApplicationContext client(String target, String... properties) {
		List<String> all = new ArrayList<>(List.of("grpc.server.port=-1", "grpc.client.users.address=" + target,
				"grpc.client.users.negotiation-type=plaintext"));
		all.addAll(Arrays.asList(properties));
		return start(ClientApp.class, all);
	}

	private static ConfigurableApplicationContext start(Class<?> app, List<String> properties) {
		return start(List.of(app), properties);
	}

	static ConfigurableApplicationContext start(List<Class<?>> sources, List<String> properties) {
		List<String> all = new ArrayList<>(properties);
		all.addAll(WITHOUT_EXAMPLE);
		all.add("spring.application.name=" + sources.get(0).getSimpleName());
		return new SpringApplicationBuilder(sources.toArray(Class<?>[]::new)).web(WebApplicationType.NONE)
			.run(all.stream().map((property) -> "--" + property).toArray(String[]::new));
	}

	static int port(ConfigurableApplicationContext server) {
		return Objects.requireNonNull(server.getBean(Users.class).port);
	}

	/**
	 * A server.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Users.class)
	static class ServerApp {

	}

	/**
	 * A client.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Caller.class)
	static class ClientApp {

	}

	/**
	 * A server that calls.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Users.class, Caller.class })
	static class BothApp {

	}

	/**
	 * The service.
	 */
	@GrpcService
	static class Users extends UserServiceGrpc.UserServiceImplBase {

		private static final Logger logger = LoggerFactory.getLogger(Users.class);

		@Nullable Integer port;

		@Override
		public void getUser(GetUserRequest request, StreamObserver<User> responses) {
			logger.info("asked for {}", request.getUserId());
			if (request.getUserId().equals("never")) {
				return;
			}
			if (request.getUserId().isEmpty()) {
				responses.onError(Status.INVALID_ARGUMENT.withDescription("No id").asException());
				return;
			}
			responses.onNext(User.newBuilder().setName("user " + request.getUserId()).build());
			responses.onCompleted();
		}

		@EventListener
		void started(GrpcServerStartedEvent event) {
			this.port = event.getServer().getPort();
		}

	}

	/**
	 * Who calls it.
	 */
	static class Caller {

		@GrpcClient("users")
		UserServiceGrpc.UserServiceBlockingStub users;

		String name(String id) {
			return this.users.getUser(GetUserRequest.newBuilder().setUserId(id).build()).getName();
		}

	}

}
