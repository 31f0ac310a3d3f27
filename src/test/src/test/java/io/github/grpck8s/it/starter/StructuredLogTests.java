package io.github.grpck8s.it.starter;

import java.util.List;

import io.github.grpck8s.it.starter.Apps.Caller;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The lines that a collector of logs reads.
 */
@ExtendWith(OutputCaptureExtension.class)
class StructuredLogTests {

	/** The logging of all tests of this JVM is one. */
	@AfterAll
	static void asBefore() {
		Apps.server().close();
	}

	@Test
	void aLineOfJsonSaysWhichPodAndWhichCall(CapturedOutput output) {
		try (ConfigurableApplicationContext app = Apps.both("logging.structured.format.console=ecs", "POD_NAME=users-0",
				"POD_NAMESPACE=shop", "POD_UID=u-1", "NODE_NAME=node-1",
				"grpc.k8s.observability.access-log.enabled=true", "grpc.client.users.address=static://127.0.0.1:1",
				"grpc.client.users.negotiation-type=plaintext");
				ConfigurableApplicationContext client = Apps.client("static://127.0.0.1:" + Apps.port(app),
						"logging.structured.format.console=ecs")) {
			client.getBean(Caller.class).name("json");
			List<String> handler = lines(output, "\"message\":\"asked for json\"");
			assertThat(handler).singleElement()
				.asString()
				.startsWith("{\"@timestamp\":")
				.contains("\"trace_id\":\"")
				.contains("\"span_id\":\"")
				.contains("users.v1.UserService/GetUser");
			// each context sets up the one logging of the JVM: what is told apart here is
			// that it is told
			assertThat(handler.get(0)).contains("\"service\":{").contains("\"name\":\"");
			await().untilAsserted(() -> assertThat(lines(output, "\"kind\":\"server\"")).singleElement()
				.asString()
				.contains("\"method\":\"users.v1.UserService/GetUser\"")
				.contains("\"status\":\"OK\"")
				.contains("\"trace_id\":\"")
				.contains("\"deadline_ms\":")
				.contains("\"duration\":"));
		}
	}

	@Test
	void aLineOfJsonSaysWhichPodItComesFrom(CapturedOutput output) {
		try (ConfigurableApplicationContext app = Apps.server("logging.structured.format.console=ecs",
				"POD_NAME=users-0", "POD_NAMESPACE=shop", "POD_UID=u-1", "NODE_NAME=node-1")) {
			assertThat(app.isActive()).isTrue();
		}
		assertThat(lines(output, "\"@timestamp\"")).isNotEmpty()
			.last()
			.asString()
			.contains("users-0")
			.contains("shop")
			.contains("u-1")
			.contains("node-1")
			.contains("ServerApp");
	}

	private static List<String> lines(CapturedOutput output, String part) {
		return output.toString().lines().filter((line) -> line.startsWith("{") && line.contains(part)).toList();
	}

}
