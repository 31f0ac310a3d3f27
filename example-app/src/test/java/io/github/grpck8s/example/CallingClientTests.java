package io.github.grpck8s.example;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The client against a real server.
 */
class CallingClientTests {

	@Test
	void callsAtItsRateAndReportsWhichPodAnswered(@TempDir Path directory) throws Exception {
		Path report = directory.resolve("report.jsonl");
		long start = System.currentTimeMillis();
		try (RunningExample server = RunningExample.server("example.pod-name=users-1");
				RunningExample client = RunningExample.client(server, "example.client.rate=50",
						"example.client.methods=GET_USER,LIST_USERS,LOOK_UP_USERS",
						"example.client.report=" + report)) {
			assertThat(client.context().containsBean("dataSource")).as("database of a client").isFalse();
			await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(report) && lines(report).size() >= 3);
		}
		List<JsonNode> seconds = lines(report);
		assertThat(seconds.get(0).get("first").get("users-1").asLong()).isGreaterThan(start);
		assertThat(seconds.get(1).get("first").isEmpty()).isTrue();
		assertThat(seconds.get(2).get("second").asLong()).isEqualTo(3);
		assertThat(seconds).allSatisfy((second) -> assertThat(second.get("failures").isEmpty()).isTrue());
		assertThat(seconds.subList(1, 3)).allSatisfy((second) -> {
			assertThat(second.get("calls").asLong()).isBetween(40L, 60L);
			assertThat(second.get("pods").get("users-1")).isEqualTo(second.get("calls"));
		});
	}

	@Test
	void tableAndSummaryShowPodsAndFailures() {
		Tally tally = new Tally();
		tally.answered("users-1", 1500);
		tally.answered("users-1", 1600);
		tally.answered("users-0", 2000);
		tally.failed(Status.Code.UNAVAILABLE);
		Tally.Counts counts = tally.take();
		assertThat(Table.line(12, counts))
			.isEqualTo("   12 s      4 calls     1 failed  |  users-0 1  users-1 2  UNAVAILABLE 1");
		tally.answered("users-1", 2500);
		assertThat(Table.summary(1000, counts.plus(tally.take()))).isEqualToNormalizingNewlines("""
				5 calls, 1 failed
				  UNAVAILABLE 1
				  users-0 answered 1 (25.0 %), first after 1.000 s
				  users-1 answered 3 (75.0 %), first after 0.500 s""");
	}

	private static List<JsonNode> lines(Path report) throws Exception {
		return Files.readAllLines(report).stream().map(JsonMapper.shared()::readTree).toList();
	}

}
