package io.github.grpck8s.it.lifecycle;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The example application as a server, in a JVM of its own on free ports of 127.0.0.1.
 */
final class ServerProcess implements AutoCloseable {

	/** Nine JVMs may share two cores. */
	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private static final Pattern GRPC_PORT = Pattern.compile("gRPC Server started, listening on .*port: (\\d+)");

	private static final Pattern HTTP_PORT = Pattern.compile("Tomcat started on port (\\d+)");

	private final Process process;

	private final List<String> lines = new CopyOnWriteArrayList<>();

	private ServerProcess(Process process) {
		this.process = process;
		Thread reader = new Thread(this::read, "server-output");
		reader.setDaemon(true);
		reader.start();
	}

	/**
	 * Start a server. Does not wait for anything.
	 * @param properties its properties, {@code name=value}
	 */
	static ServerProcess start(String... properties) throws IOException {
		return start("io.github.grpck8s.example.ExampleApplication", properties);
	}

	/**
	 * Start an application. Does not wait for anything.
	 * @param application its class
	 * @param properties its properties, {@code name=value}
	 */
	static ServerProcess start(String application, String[] properties) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError",
				"-cp", System.getProperty("java.class.path"), application, "--spring.main.banner-mode=off",
				"--spring.profiles.active=server", "--grpc.server.address=127.0.0.1", "--grpc.server.port=0",
				"--server.address=127.0.0.1", "--management.server.address=127.0.0.1", "--logging.level.root=warn",
				"--logging.level.io.github.grpck8s=info", "--logging.level.net.devh=info",
				"--logging.level.org.springframework.boot.tomcat=info"));
		for (String property : properties) {
			command.add("--" + property);
		}
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
		// a build that runs in a pod is still not about that pod's cluster
		builder.environment().keySet().removeIf((name) -> name.startsWith("KUBERNETES_") || name.startsWith("GRPC_"));
		return new ServerProcess(builder.start());
	}

	private void read() {
		try (BufferedReader output = this.process.inputReader()) {
			String line = output.readLine();
			while (line != null) {
				this.lines.add(line);
				line = output.readLine();
			}
		}
		catch (IOException ignored) {
			// it ended
		}
	}

	/**
	 * The port of gRPC, as soon as it listens.
	 */
	int grpcPort() {
		return Integer.parseInt(awaitLine(GRPC_PORT).group(1));
	}

	/**
	 * The port of the actuator, which is the last that Tomcat listens on.
	 */
	int actuatorPort() {
		awaitServing();
		return this.lines.stream()
			.map(HTTP_PORT::matcher)
			.filter(Matcher::find)
			.reduce((first, second) -> second)
			.map((match) -> Integer.parseInt(match.group(1)))
			.orElseThrow();
	}

	/**
	 * Wait for a line of the log.
	 */
	Matcher awaitLine(Pattern pattern) {
		await().atMost(PATIENCE).until(() -> {
			boolean found = find(pattern) != null;
			assertThat(found || this.process.isAlive()).as("ended early:%n%s", log()).isTrue();
			return found;
		});
		return Objects.requireNonNull(find(pattern));
	}

	private @Nullable Matcher find(Pattern pattern) {
		return this.lines.stream().map(pattern::matcher).filter(Matcher::find).findFirst().orElse(null);
	}

	/**
	 * Wait until its own health says that it serves.
	 */
	ServerProcess awaitServing() {
		ManagedChannel channel = channel();
		try {
			await().atMost(PATIENCE).until(() -> isServing(channel));
		}
		finally {
			channel.shutdownNow();
		}
		return this;
	}

	boolean isServing() {
		if (find(GRPC_PORT) == null) {
			return false;
		}
		ManagedChannel channel = channel();
		try {
			return isServing(channel);
		}
		finally {
			channel.shutdownNow();
		}
	}

	private boolean isServing(ManagedChannel channel) {
		try {
			return HealthGrpc.newBlockingStub(channel)
				.withDeadlineAfter(3, TimeUnit.SECONDS)
				.check(HealthCheckRequest.getDefaultInstance())
				.getStatus() == ServingStatus.SERVING;
		}
		catch (StatusRuntimeException ex) {
			assertThat(this.process.isAlive()).as("ended early:%n%s", log()).isTrue();
			return false;
		}
	}

	/**
	 * A channel of its own connection, without any room of ours.
	 */
	ManagedChannel channel() {
		// the scheme is written out: net.devh registers one that beats DNS for all
		// channels of the JVM
		return Grpc.newChannelBuilder("dns:///127.0.0.1:" + grpcPort(), InsecureChannelCredentials.create()).build();
	}

	/**
	 * Send SIGTERM.
	 * @return when, by {@link System#nanoTime()}
	 */
	long terminate() {
		long now = System.nanoTime();
		// Process.destroy would close the pipe of the log as well
		assertThat(this.process.toHandle().destroy()).as("SIGTERM was sent").isTrue();
		return now;
	}

	/**
	 * Send SIGKILL.
	 * @return when, by {@link System#nanoTime()}
	 */
	long kill() {
		long now = System.nanoTime();
		assertThat(this.process.toHandle().destroyForcibly()).as("SIGKILL was sent").isTrue();
		return now;
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	/**
	 * Wait for the end.
	 * @param since a moment, by {@link System#nanoTime()}
	 * @return the time from that moment to the end of the process
	 */
	Duration awaitExit(long since) throws InterruptedException {
		assertThat(this.process.waitFor(60, TimeUnit.SECONDS)).as("ended:%n%s", log()).isTrue();
		return Duration.ofNanos(System.nanoTime() - since);
	}

	int exitCode() {
		return this.process.exitValue();
	}

	String log() {
		return String.join("\n", this.lines);
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
