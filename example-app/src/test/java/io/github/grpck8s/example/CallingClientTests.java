package io.github.grpck8s.example;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.github.grpck8s.resilience.IdempotentMethods;
import io.grpc.MethodDescriptor;
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
			await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(report) && answered(lines(report)) >= 100);
		}
		List<JsonNode> seconds = lines(report);
		long millis = System.currentTimeMillis() - start;
		assertThat(answered(seconds)).as("at most 50 in a second").isBetween(100L, 50 * (millis / 1000 + 2));
		assertThat(seconds).extracting((second) -> second.get("second").asLong())
			.isEqualTo(LongStream.rangeClosed(1, seconds.size()).boxed().toList());
		assertThat(seconds).allSatisfy((second) -> {
			assertThat(second.get("failures").isEmpty()).isTrue();
			assertThat(second.get("calls").asLong()).isEqualTo(second.get("pods").path("users-1").asLong());
		});
		assertThat(seconds).filteredOn((second) -> !second.get("first").isEmpty())
			.singleElement()
			.satisfies((second) -> assertThat(second.get("first").get("users-1").asLong()).isBetween(start,
					second.get("time").asLong()));
	}

	@Test
	void onlyMethodsThatChangeNothingMayBeRepeated() {
		IdempotentMethods idempotent = IdempotentMethods.markedInProto();
		assertThat(UserServiceGrpc.getServiceDescriptor().getMethods()).filteredOn(idempotent::contains)
			.extracting(MethodDescriptor::getBareMethodName)
			.containsExactlyInAnyOrder("GetUser", "ListUsers");
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

	private static long answered(List<JsonNode> seconds) {
		return seconds.stream().mapToLong((second) -> second.get("calls").asLong()).sum();
	}

	private static List<JsonNode> lines(Path report) throws Exception {
		return Files.readAllLines(report).stream().map(JsonMapper.shared()::readTree).toList();
	}

}
