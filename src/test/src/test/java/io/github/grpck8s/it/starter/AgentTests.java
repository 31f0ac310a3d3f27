package io.github.grpck8s.it.starter;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.grpck8s.it.starter.Apps.Caller;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The Java agent of OpenTelemetry beside the starter: whoever attaches it has its spans
 * and not ours as well.
 */
class AgentTests {

	private static final Path AGENT = Path.of("target", "agent", "opentelemetry-javaagent.jar");

	@Test
	void spansAreThoseOfTheAgentAlone(@TempDir Path directory) throws Exception {
		List<String> spans = spans(run("-javaagent:" + AGENT.toAbsolutePath(), directory.resolve("output")));
		assertThat(spans).filteredOn((line) -> line.contains(" CLIENT ")).hasSize(1);
		assertThat(spans).filteredOn((line) -> line.contains(" SERVER ")).hasSize(1);
		assertThat(spans).allSatisfy((line) -> assertThat(line).doesNotContain("io.github.grpck8s"));
	}

	/** As the agent's exporter writes them to the log. */
	private static List<String> spans(String output) {
		List<String> spans = output.lines()
			.filter((line) -> line.contains("LoggingSpanExporter") && line.contains("users.v1.UserService/GetUser"))
			.toList();
		assertThat(spans).as(output).isNotEmpty();
		return spans;
	}

	private static String run(String agent, Path output) throws IOException, InterruptedException {
		ProcessBuilder java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx400m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", agent, "-cp",
				System.getProperty("java.class.path"), Pair.class.getName())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile());
		java.environment().keySet().removeIf((name) -> name.startsWith("KUBERNETES_") || name.startsWith("GRPC_"));
		java.environment()
			.putAll(Map.of("OTEL_TRACES_EXPORTER", "console", "OTEL_METRICS_EXPORTER", "none", "OTEL_LOGS_EXPORTER",
					"none", "OTEL_BSP_SCHEDULE_DELAY", "100"));
		Process process = java.start();
		try {
			assertThat(process.waitFor(180, TimeUnit.SECONDS)).as(() -> read(output)).isTrue();
			assertThat(process.exitValue()).as(() -> read(output)).isZero();
		}
		finally {
			process.destroyForcibly();
		}
		return read(output);
	}

	private static String read(Path file) {
		try {
			return Files.readString(file, StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	/**
	 * A server, a client, and one call.
	 */
	static final class Pair {

		private Pair() {
		}

		public static void main(String[] args) {
			try (ConfigurableApplicationContext server = Apps.server();
					ConfigurableApplicationContext client = Apps.client("static://127.0.0.1:" + Apps.port(server))) {
				client.getBean(Caller.class).name("1");
			}
			System.exit(0);
		}

	}

}
