package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rolling restarts under load.
 */
@OnCluster
@Order(1)
class RolloutTests {

	/** {@code -Dcluster.rounds=2} for a quick look. */
	private static final int ROUNDS = Integer.getInteger("cluster.rounds", 10);

	@Test
	void rollingRestartsLoseNoCall(TestNamespace namespace) {
		Release release = Release.install(namespace, "demo", "client.rate=200");
		// beside it, what grpc-java does by itself: DNS and round_robin, none of our
		// rooms in the client
		Release beside = release.besides("beside", release.byDns());
		Load ours = release.load();
		Load theirs = beside.load();
		ours.awaitAnswersOf(3);
		theirs.awaitAnswersOf(3);
		Instant start = Instant.now();
		for (int round = 1; round <= ROUNDS; round++) {
			Instant begin = Instant.now();
			release.replaceAll("server");
			Figures.print("round %d of %d, %d s: k8s:/// %d failed, dns:/// %d failed", round, ROUNDS,
					Duration.between(begin, Instant.now()).toSeconds(), Load.failed(ours.since(begin)),
					Load.failed(theirs.since(begin)));
		}
		namespace.awaitGone("server");
		ours.go(Duration.ofSeconds(2));
		List<Load.Second> seconds = ours.from(start);
		List<Load.Second> rival = theirs.from(start);
		Figures.print("%d rolling restarts of 3 pods, k8s:/// + kubernetes: %s", ROUNDS, Load.summary(seconds));
		Figures.print("%d rolling restarts of 3 pods, dns:/// + round_robin: %s", ROUNDS, Load.summary(rival));
		assertThat(Load.failed(seconds)).as(() -> ours.failures().toString()).isZero();
		assertThat(Load.byPod(seconds)).as("pods that answered").hasSize(3 * (ROUNDS + 1));
		assertThat(release.pods("server")).allSatisfy((pod) -> assertThat(pod.getStatus().getContainerStatuses())
			.allSatisfy((status) -> assertThat(status.getRestartCount()).isZero()));
	}

}
