package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pods go without a word.
 */
@OnCluster
@Installed
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
		assertThat(Load.failed(load.from(killed))).as(() -> load.failures().toString())
			.isLessThanOrEqualTo(Load.OPEN_AT_ONE_POD);
	}

	@Test
	void blackHole(Release release) {
		// a client that goes on while a third of its calls hangs
		Load load = release
			.besides("patient", "client.extraProperties.example.client.max-in-flight=2000",
					"config.resilience.deadline=5s")
			.load();
		load.awaitAnswersOf(3);
		Victim victim = Victim.of(release.pods("server").get(0));
		try {
			victim.blackHole(true);
			Instant start = Instant.now();
			load.awaitCalmWithout(victim, start, 10);
			assertThat(load.report("black hole, deadline 5 s", victim, start)).as(() -> load.failures().toString())
				.isLessThan(Load.SILENT_POD);
		}
		finally {
			victim.blackHole(false);
		}
	}

}
