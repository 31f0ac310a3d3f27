package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Calls through {@code k8s:///} and the headless Service.
 */
@OnCluster
@Installed
class CallsTests {

	@Test
	void eachOfThreePodsAnswersAThirdOfTheCalls(Release release) {
		Load load = release.load();
		Instant start = Instant.now();
		load.go(Duration.ofSeconds(20));
		List<Load.Second> seconds = load.since(start);
		Map<String, Long> pods = Load.byPod(seconds);
		Figures.print("share of three pods: %s, %s", pods, Load.summary(seconds));
		assertThat(Load.failed(seconds)).isZero();
		assertThat(pods).hasSize(3);
		assertThat(pods.values())
			.allSatisfy((calls) -> assertThat(3.0 * calls / Load.calls(seconds)).isCloseTo(1, within(0.05)));
	}

	@Test
	void allKindsOfCallsSucceed(Release release) {
		Load load = release.besides("kinds", "client.rate=50",
				"client.extraProperties.example.client.methods=GET_USER\\,LIST_USERS\\,LOOK_UP_USERS\\,IMPORT_USERS")
			.load();
		load.awaitAnswersOf(3);
		Instant start = Instant.now();
		load.go(Duration.ofSeconds(20));
		List<Load.Second> seconds = load.since(start);
		Figures.print("unary, server-streaming, client-streaming and both: %s", Load.summary(seconds));
		assertThat(Load.failed(seconds)).as(() -> load.failures().toString()).isZero();
		assertThat(Load.calls(seconds)).isGreaterThan(500);
	}

}
