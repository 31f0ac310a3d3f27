package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import io.fabric8.kubernetes.api.model.Pod;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Nodes go, with a word and without.
 */
@Alone
@OnlyOn(value = { OnlyOn.OWN, OnlyOn.KIND }, because = "its nodes are ours to break")
class NodeTests {

	@Test
	void nodeWithoutPower(Release release) {
		Load load = release.load();
		Victim victim = aServerFarFromTheClient(release);
		Instant start = Instant.now();
		whileDown(release, victim, "power");
		assertThat(load.report("node lost its power, deadline 5 s", victim, start)).as(() -> load.failures().toString())
			.isLessThan(Load.SILENT_POD);
	}

	@Test
	void nodeWithoutNetwork(Release release) {
		Load load = release.load();
		Victim victim = aServerFarFromTheClient(release);
		Instant start = Instant.now();
		whileDown(release, victim, "net");
		assertThat(load.report("node lost its network, deadline 5 s", victim, start))
			.as(() -> load.failures().toString())
			.isLessThan(Load.SILENT_POD);
	}

	@Test
	void nodeWithAFrozenKubelet(Release release) {
		Load load = release.load();
		Victim victim = aServerFarFromTheClient(release);
		Instant start = Instant.now();
		Instant out = whileDown(release, victim, "kubelet");
		load.go(Duration.ofSeconds(3));
		Figures.print("kubelet frozen, its pod goes on: out of the slices after %d s, %s",
				Duration.between(start, out).toSeconds(), Load.summary(load.from(start)));
		assertThat(Load.failed(load.from(start))).as(() -> load.failures().toString()).isZero();
		assertThat(Load.byPod(load.from(start))).as("answers of the pod that nobody watches").containsKey(victim.pod());
	}

	@Test
	void drainedNodeLosesNoCall(Release release) {
		Load load = release.load();
		Victim victim = aServerFarFromTheClient(release);
		Instant start = Instant.now();
		try {
			Cluster.run("kubectl", "drain", victim.node(), "--ignore-daemonsets", "--delete-emptydir-data",
					"--pod-selector=app.kubernetes.io/component=server", "--timeout=5m");
			load.go(Duration.ofSeconds(5));
		}
		finally {
			Cluster.run("kubectl", "uncordon", victim.node());
		}
		Figures.print("drain of a node with a PodDisruptionBudget, %d s: %s",
				Duration.between(start, Instant.now()).toSeconds(), Load.summary(load.from(start)));
		assertThat(Load.failed(load.from(start))).as(() -> load.failures().toString()).isZero();
	}

	/**
	 * @return when the slices said that the pod is not ready
	 */
	private static Instant whileDown(Release release, Victim victim, String how) {
		try {
			Cluster.run("node-down", victim.node(), how);
			await().atMost(Duration.ofMinutes(3))
				.until(() -> !release.namespace().readyInSlices(release.object("server")).contains(victim.pod()));
			Instant out = Instant.now();
			release.load().go(Duration.ofSeconds(5));
			return out;
		}
		finally {
			Cluster.run("node-up", victim.node());
		}
	}

	private static Victim aServerFarFromTheClient(Release release) {
		String client = release.pods("client").get(0).getSpec().getNodeName();
		Pod server = release.pods("server")
			.stream()
			.filter((pod) -> !pod.getSpec().getNodeName().equals(client))
			.findFirst()
			.orElseThrow();
		return Victim.of(server);
	}

}
