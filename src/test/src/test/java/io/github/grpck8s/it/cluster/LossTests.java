package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.fabric8.kubernetes.api.model.Pod;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Pods and nodes go without a word.
 */
@OnCluster
class LossTests {

	private static final Duration A_WHILE = Duration.ofSeconds(5);

	@BeforeAll
	static void clusterIsOurs() {
		assumeThat(Cluster.isOurs()).as("the nodes are ours to break").isTrue();
	}

	@Test
	void killedPod(TestNamespace namespace) {
		Release release = Release.install(namespace, "demo");
		Load load = release.load();
		load.awaitAnswersOf(3);
		Victim victim = Victim.of(release.pods("server").get(0));
		Instant killed = Instant.now();
		victim.kill();
		load.go(Duration.ofSeconds(15));
		report("SIGKILL", load, victim, killed);
		// the example's method is idempotent: what the pod took with it is asked of
		// another
		assertThat(Load.failed(load.from(killed))).as(() -> load.failures().toString()).isZero();
	}

	@Test
	void blackHole(TestNamespace namespace) {
		Release release = Release.install(namespace, "demo", "client.extraProperties.example.client.max-in-flight=2000",
				"config.resilience.deadline=2s");
		Load load = release.load();
		load.awaitAnswersOf(3);
		Victim victim = Victim.of(release.pods("server").get(0));
		Instant start = Instant.now();
		try {
			victim.blackHole(true);
			load.go(Duration.ofSeconds(60));
			report("black hole, deadline 2 s", load, victim, start);
		}
		finally {
			victim.blackHole(false);
		}
		List<Load.Second> lastSeconds = load.since(Instant.now().minusSeconds(10));
		assertThat(Load.failed(lastSeconds)).as(() -> load.failures().toString()).isZero();
	}

	@Test
	void nodeWithoutPower(TestNamespace namespace) {
		nodeDown(namespace, "power");
	}

	@Test
	void nodeWithoutNetwork(TestNamespace namespace) {
		nodeDown(namespace, "net");
	}

	@Test
	void drainedNodeLosesNoCall(TestNamespace namespace) {
		Release release = Release.install(namespace, "demo");
		Load load = release.load();
		load.awaitAnswersOf(3);
		String node = nodeWithoutTheClient(release);
		Instant start = Instant.now();
		try {
			Cluster.run("kubectl", "drain", node, "--ignore-daemonsets", "--delete-emptydir-data",
					"--pod-selector=app.kubernetes.io/component=server", "--timeout=5m");
			load.go(A_WHILE);
		}
		finally {
			Cluster.run("kubectl", "uncordon", node);
		}
		Figures.print("drain of a node with a PodDisruptionBudget, %d s: %s",
				Duration.between(start, Instant.now()).toSeconds(), Load.summary(load.from(start)));
		assertThat(Load.failed(load.from(start))).as(() -> load.failures().toString()).isZero();
	}

	private static void nodeDown(TestNamespace namespace, String how) {
		Release release = Release.install(namespace, "demo", "client.extraProperties.example.client.max-in-flight=2000",
				"config.resilience.deadline=2s");
		Load load = release.load();
		load.awaitAnswersOf(3);
		String node = nodeWithoutTheClient(release);
		Victim victim = Victim.of(release.pods("server")
			.stream()
			.filter((pod) -> pod.getSpec().getNodeName().equals(node))
			.findFirst()
			.orElseThrow());
		Instant start = Instant.now();
		try {
			Cluster.run("node-down", node, how);
			load.go(Duration.ofSeconds(60));
		}
		finally {
			Cluster.run("node-up", node);
		}
		report("node lost its " + how + ", deadline 2 s", load, victim, start);
		List<Load.Second> settled = load.since(start.plusSeconds(50))
			.stream()
			.filter((second) -> second.time() < start.plusSeconds(60).toEpochMilli())
			.toList();
		assertThat(Load.failed(settled)).as(() -> load.failures().toString()).isZero();
	}

	private static String nodeWithoutTheClient(Release release) {
		String client = release.pods("client").get(0).getSpec().getNodeName();
		return release.pods("server")
			.stream()
			.map(Pod::getSpec)
			.map((spec) -> spec.getNodeName())
			.filter((node) -> !node.equals(client))
			.findFirst()
			.orElseThrow();
	}

	private static void report(String what, Load load, Victim victim, Instant start) {
		List<Load.Second> seconds = load.from(start);
		long lastFailure = seconds.stream()
			.filter((second) -> second.failed() > 0)
			.mapToLong(Load.Second::time)
			.max()
			.orElse(start.toEpochMilli());
		long lastAnswer = seconds.stream()
			.filter((second) -> second.time() < start.plusSeconds(10).toEpochMilli())
			.filter((second) -> second.pods().containsKey(victim.pod()))
			.mapToLong(Load.Second::time)
			.max()
			.orElse(start.toEpochMilli());
		Figures.print("%s: %s; last answer of the pod within %d ms, last failed call within %d ms", what,
				Load.summary(seconds), lastAnswer - start.toEpochMilli(), lastFailure - start.toEpochMilli());
	}

}
