package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pods go without a word.
 */
@OnCluster
@Installed({ "client.extraProperties.example.client.max-in-flight=2000", "config.resilience.deadline=5s" })
@OnlyOn(value = { OnlyOn.OWN, OnlyOn.KIND }, because = "its containers and packets are ours to kill and drop")
class LossTests {

	@Test
	void killedPod(Release release) {
		Load load = release.load();
		Victim victim = Victim.of(release.pods("server").get(0));
		Instant killed = Instant.now();
		victim.kill();
		load.go(Duration.ofSeconds(10));
		load.report("SIGKILL", victim, killed);
		// the example's method is idempotent: what the pod took with it is asked of
		// another
		assertThat(Load.failed(load.from(killed))).as(() -> load.failures().toString()).isZero();
	}

	@Test
	void blackHole(Release release) {
		Load load = release.load();
		Victim victim = Victim.of(release.pods("server").get(0));
		Instant start = Instant.now();
		try {
			victim.blackHole(true);
			load.awaitCalm(start.plusSeconds(5), 10);
			assertThat(load.report("black hole, deadline 5 s", victim, start)).as(() -> load.failures().toString())
				.isLessThan(Load.SILENT_POD);
		}
		finally {
			victim.blackHole(false);
		}
	}

}
