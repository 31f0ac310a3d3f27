package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The API server goes and comes back.
 */
@Alone
@OnlyOn(value = { OnlyOn.OWN, OnlyOn.KIND }, because = "its control plane is ours to stop")
class ControlPlaneTests {

	@Test
	void callsGoOnWhileTheApiServerIsAway(Release release) {
		Load load = release.load();
		Victim victim = Victim.of(release.pods("server").get(0));
		Instant away = Instant.now();
		Instant killed;
		try {
			Cluster.run("api-down");
			pause(Duration.ofSeconds(10));
			killed = Instant.now();
			victim.kill();
			pause(Duration.ofSeconds(20));
		}
		finally {
			Cluster.run("api-up");
		}
		Instant back = Instant.now();
		await().atMost(Duration.ofMinutes(3))
			.ignoreExceptions()
			.until(() -> load.since(back).stream().anyMatch((second) -> second.pods().containsKey(victim.pod())));
		long firstAgain = load.since(back)
			.stream()
			.filter((second) -> second.pods().containsKey(victim.pod()))
			.mapToLong(Load.Second::time)
			.findFirst()
			.orElseThrow();
		load.go(Duration.ofSeconds(5));
		List<Load.Second> seconds = load.from(away);
		Figures.print(
				"API server away for %d s, one pod killed meanwhile: %s; it answers again %d ms after the "
						+ "API server is back",
				Duration.between(away, back).toSeconds(), Load.summary(seconds), firstAgain - back.toEpochMilli());
		assertThat(Load.failed(seconds.stream().filter((second) -> second.time() < killed.toEpochMilli()).toList()))
			.as("before the pod was killed")
			.isZero();
		assertThat(Load.failed(seconds)).as(() -> load.failures().toString()).isLessThanOrEqualTo(Load.OPEN_AT_ONE_POD);
		assertThat(Load.failed(load.since(killed.plusSeconds(10)))).as("after the pod was killed").isZero();
	}

	private static void pause(Duration time) {
		await().pollDelay(time).atMost(time.plusSeconds(5)).until(() -> true);
	}

}
