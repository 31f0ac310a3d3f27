package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Pods come and go under load.
 */
@OnCluster
class RolloutTests {

	/** {@code -Dcluster.rounds=2} for a quick look. */
	private static final int ROUNDS = Integer.getInteger("cluster.rounds", 10);

	@Test
	void rollingRestartsLoseNoCall(TestNamespace namespace) {
		Release release = Release.install(namespace, "demo");
		// beside it, what grpc-java does by itself: DNS and round_robin, none of our
		// rooms in the client
		Release beside = Release.install(namespace, "beside", "server.replicas=0", "rbac.create=false",
				"tests.enabled=false",
				"client.target=dns:///" + release.object("server") + "." + namespace.name() + ".svc.cluster.local:9090",
				"config.resilience.enabled=false", "config.keepalive.enabled=false", "config.balancing.enabled=false",
				"config.discovery.enabled=false");
		Load ours = release.load();
		Load theirs = beside.load();
		ours.awaitAnswersOf(3);
		theirs.awaitAnswersOf(3);
		Instant start = Instant.now();
		for (int round = 1; round <= ROUNDS; round++) {
			Instant begin = Instant.now();
			release.restart("server");
			Figures.print("round %d of %d, %d s: k8s:/// %d failed, dns:/// %d failed", round, ROUNDS,
					Duration.between(begin, Instant.now()).toSeconds(), Load.failed(ours.since(begin)),
					Load.failed(theirs.since(begin)));
		}
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

	@Test
	void newPodsAreCalledAtOnceAndThoseThatGoLoseNoCall(TestNamespace namespace) {
		Release release = Release.install(namespace, "demo", "server.replicas=2");
		Load load = release.load();
		load.awaitAnswersOf(2);
		load.go(Duration.ofSeconds(2));
		Instant start = Instant.now();
		Map<String, Long> inSlice = new TreeMap<>();
		Watch watch = namespace.client()
			.discovery()
			.v1()
			.endpointSlices()
			.inNamespace(namespace.name())
			.withLabel("kubernetes.io/service-name", release.object("server"))
			.watch(new ReadyTimes(inSlice));
		try {
			release.scale(5);
			await().atMost(Duration.ofMinutes(8))
				.pollInterval(Duration.ofMillis(500))
				.until(() -> Load.byPod(load.since(start)).size() == 5);
		}
		finally {
			watch.close();
		}
		Map<String, Long> ready = new TreeMap<>();
		for (Pod pod : release.pods("server")) {
			pod.getStatus()
				.getConditions()
				.stream()
				.filter((condition) -> condition.getType().equals("Ready"))
				.forEach((condition) -> ready.put(pod.getMetadata().getName(),
						Instant.parse(condition.getLastTransitionTime()).toEpochMilli()));
		}
		Map<String, Long> delays = new TreeMap<>();
		load.since(start).forEach((second) -> second.first().forEach((pod, answered) -> {
			long listed = inSlice.getOrDefault(pod, Long.MIN_VALUE);
			delays.put(pod, answered - listed);
			Figures.print(
					"scale 2 to 5, %s: Ready to slice %d ms (Ready is in whole seconds), slice to first answer %d ms",
					pod, listed - ready.getOrDefault(pod, listed), answered - listed);
		}));
		Instant down = Instant.now();
		release.scale(2);
		await().atMost(Duration.ofMinutes(3)).until(() -> release.pods("server").size() == 2);
		namespace.awaitGone("server");
		load.go(Duration.ofSeconds(2));
		Figures.print("scale 5 to 2: %s", Load.summary(load.from(down)));
		assertThat(delays).hasSize(3);
		assertThat(delays.values()).allMatch((delay) -> delay <= 1000);
		assertThat(Load.failed(load.from(start))).as(() -> load.failures().toString()).isZero();
	}

	/**
	 * Notes when a slice first says that a pod is ready.
	 */
	private record ReadyTimes(Map<String, Long> times) implements Watcher<EndpointSlice> {

		@Override
		public void eventReceived(Action action, EndpointSlice slice) {
			long now = System.currentTimeMillis();
			slice.getEndpoints()
				.stream()
				.filter((endpoint) -> Boolean.TRUE.equals(endpoint.getConditions().getReady()))
				.forEach((endpoint) -> this.times.putIfAbsent(endpoint.getTargetRef().getName(), now));
		}

		@Override
		public void onClose(WatcherException cause) {
		}

	}

}
