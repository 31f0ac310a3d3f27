package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rolling restarts with other rates, numbers of pods and limits.
 */
@OnCluster
@Order(2)
class RolloutShapeTests {

	@ParameterizedTest
	@CsvSource({ "2, 300, 4", "5, 50, 200" })
	void otherShapesLoseNoCallEither(int replicas, int rate, int streams, TestNamespace namespace) {
		Release release = Release.install(namespace, "demo", "server.replicas=" + replicas, "client.rate=" + rate,
				"client.extraProperties.example.client.max-in-flight=64",
				"config.limits.max-concurrent-streams=" + streams);
		Load load = release.load();
		load.awaitAnswersOf(replicas);
		Instant start = Instant.now();
		release.restart("server");
		load.go(Duration.ofSeconds(2));
		List<Load.Second> seconds = load.from(start);
		Figures.print("rolling restart of %d pods, %d calls/s, max-concurrent-streams %d: %s", replicas, rate, streams,
				Load.summary(seconds));
		assertThat(Load.failed(seconds)).as(() -> load.failures().toString()).isZero();
		assertThat(Load.byPod(seconds)).hasSize(2 * replicas);
	}

}
