package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Three nodes in two zones, and a Service that asks for calls to stay in the zone.
 */
@OnCluster
@OnlyOn(value = { OnlyOn.OWN, OnlyOn.KIND }, because = "its nodes are ours to cordon")
class ZoneTests {

	private static final String ZONE = "topology.kubernetes.io/zone";

	@Test
	void callsStayInTheZoneUntilItsLastPodGoes(TestNamespace namespace) {
		Release release = Release.install(namespace, "demo", "server.service.trafficDistribution=PreferSameZone",
				"client.nodeSelector.topology\\.kubernetes\\.io/zone=zone-a");
		Set<String> nodes = namespace.client()
			.nodes()
			.withLabel(ZONE, "zone-a")
			.list()
			.getItems()
			.stream()
			.map((Node node) -> node.getMetadata().getName())
			.collect(Collectors.toSet());
		List<Pod> near = release.pods("server")
			.stream()
			.filter((pod) -> nodes.contains(pod.getSpec().getNodeName()))
			.toList();
		assertThat(near).as("servers in the client's zone").isNotEmpty().hasSizeLessThan(3);
		Load load = release.load();
		load.awaitAnswersOf(near.size());
		load.go(Duration.ofSeconds(3));
		Instant start = Instant.now();
		load.go(Duration.ofSeconds(10));
		Figures.print("PreferSameZone, %d of 3 servers in the zone: %s", near.size(), Load.byPod(load.since(start)));
		assertThat(Load.byPod(load.since(start)).keySet())
			.containsExactlyInAnyOrderElementsOf(near.stream().map((pod) -> pod.getMetadata().getName()).toList());
		Instant leaving = Instant.now();
		try {
			nodes.forEach((node) -> Cluster.run("kubectl", "cordon", node));
			near.forEach((pod) -> Cluster.run("kubectl", "-n", namespace.name(), "delete", "pod", "--wait=false",
					pod.getMetadata().getName()));
			namespace.awaitGone("server");
			Instant gone = Instant.now();
			await().atMost(Duration.ofMinutes(1))
				.until(() -> load.since(gone).stream().anyMatch((second) -> !second.pods().isEmpty()));
			load.go(Duration.ofSeconds(5));
			Figures.print("the zone's last pod has gone: %s, afterwards %s", Load.summary(load.from(leaving)),
					Load.byPod(load.since(gone)));
			assertThat(Load.failed(load.from(leaving))).as(() -> load.failures().toString()).isZero();
		}
		finally {
			nodes.forEach((node) -> Cluster.run("kubectl", "uncordon", node));
		}
	}

}
