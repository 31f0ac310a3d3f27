package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * What the API server says, does not say, and refuses.
 */
@OnCluster
class ControlPlaneTests {

	@Test
	void callsGoOnWhileTheApiServerIsAway(TestNamespace namespace) {
		assumeThat(Cluster.isOurs()).as("the control plane is ours to stop").isTrue();
		Release release = Release.install(namespace, "demo");
		Load load = release.load();
		load.awaitAnswersOf(3);
		Victim victim = Victim.of(release.pods("server").get(0));
		Instant away = Instant.now();
		try {
			Cluster.run("api-down");
			pause(Duration.ofSeconds(10));
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
		load.go(Duration.ofSeconds(10));
		List<Load.Second> seconds = load.from(away);
		Figures.print("API server away for %d s, one pod killed meanwhile: %s",
				Duration.between(away, back).toSeconds(), Load.summary(seconds));
		long firstAgain = load.since(back)
			.stream()
			.filter((second) -> second.pods().containsKey(victim.pod()))
			.mapToLong(Load.Second::time)
			.findFirst()
			.orElse(-1);
		Figures.print("the killed pod answers again %d ms after the API server is back",
				firstAgain - back.toEpochMilli());
		assertThat(Load.failed(seconds)).as(() -> load.failures().toString()).isLessThanOrEqualTo(Load.OPEN_AT_ONE_POD);
		assertThat(Load.failed(load.since(away.plusSeconds(15)))).as("after the pod was killed").isZero();
		assertThat(firstAgain).isPositive();
	}

	@Test
	void withoutThePermissionTheCallerIsToldWhichOne(TestNamespace namespace) {
		Release release = Release.install(namespace, "demo");
		String binding = "demo-example-app-discovery";
		Load running = release.load();
		running.awaitAnswersOf(3);
		Instant removed = Instant.now();
		namespace.client().rbac().roleBindings().inNamespace(namespace.name()).withName(binding).delete();
		running.go(Duration.ofSeconds(10));
		Figures.print("permission taken from a client that runs: %s", Load.summary(running.from(removed)));
		assertThat(Load.failed(running.from(removed))).as("keeps what it knows").isZero();
		release.restart("client");
		Load load = release.load();
		await().atMost(Duration.ofMinutes(2)).until(() -> !load.failures().isEmpty());
		String described = load.failures().get(load.failures().size() - 1);
		Figures.print("without permission the caller sees: %s", described);
		assertThat(described).contains("UNAVAILABLE", "Not allowed to list endpointslices",
				"namespace " + namespace.name(), "demo-example-app-client");
		Instant given = Instant.now();
		release.upgrade();
		Instant upgraded = Instant.now();
		await().atMost(Duration.ofMinutes(2))
			.until(() -> load.since(upgraded).stream().anyMatch((second) -> !second.pods().isEmpty()));
		long recovered = load.since(given)
			.stream()
			.filter((second) -> !second.pods().isEmpty())
			.mapToLong(Load.Second::time)
			.findFirst()
			.orElseThrow();
		Figures.print("permission given back: first answer at most %d ms after", recovered - given.toEpochMilli());
		load.go(Duration.ofSeconds(5));
		Instant settled = Instant.now();
		load.go(Duration.ofSeconds(3));
		assertThat(Load.failed(load.since(settled))).isZero();
	}

	private static void pause(Duration time) {
		await().pollDelay(time).atMost(time.plusSeconds(5)).until(() -> true);
	}

}
