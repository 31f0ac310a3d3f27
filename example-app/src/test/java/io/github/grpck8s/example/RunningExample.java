package io.github.grpck8s.example;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The example on free ports of 127.0.0.1 and with a database of its own.
 */
final class RunningExample implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private final int grpcPort;

	private RunningExample(ConfigurableApplicationContext context, int grpcPort) {
		this.context = context;
		this.grpcPort = grpcPort;
	}

	static RunningExample server(String... properties) {
		List<String> all = new ArrayList<>(List.of("grpc.server.address=127.0.0.1", "grpc.server.port=0",
				"spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=PostgreSQL;DB_CLOSE_DELAY=-1"));
		all.addAll(List.of(properties));
		return start("server", all);
	}

	static RunningExample client(RunningExample server, String... properties) {
		List<String> all = new ArrayList<>(
				List.of("grpc.client.users.address=static://127.0.0.1:" + server.grpcPort()));
		all.addAll(List.of(properties));
		return start("client", all);
	}

	private static RunningExample start(String profile, List<String> properties) {
		List<String> args = new ArrayList<>(List.of("server.address=127.0.0.1", "server.port=0",
				"otel.sdk.disabled=true", "spring.main.banner-mode=off", "logging.level.root=warn"));
		args.addAll(properties);
		AtomicInteger port = new AtomicInteger();
		ApplicationListener<GrpcServerStartedEvent> started = (event) -> port.set(event.getPort());
		ConfigurableApplicationContext context = new SpringApplicationBuilder(ExampleApplication.class)
			.profiles(profile)
			.listeners(started)
			.run(lastOfEach(args).toArray(String[]::new));
		return new RunningExample(context, port.get());
	}

	/**
	 * Spring joins what is given twice.
	 */
	private static List<String> lastOfEach(List<String> properties) {
		Map<String, String> args = new LinkedHashMap<>();
		properties.forEach((property) -> args.put(property.substring(0, property.indexOf('=')), "--" + property));
		return List.copyOf(args.values());
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	int grpcPort() {
		return this.grpcPort;
	}

	int httpPort() {
		return Integer.parseInt(this.context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	@Override
	public void close() {
		this.context.close();
	}

}
