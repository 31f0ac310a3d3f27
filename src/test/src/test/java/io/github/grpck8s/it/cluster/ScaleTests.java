package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How soon a new pod is called, and what a pod that goes costs.
 */
@Alone
class ScaleTests {

	@Test
	void newPodsAreCalledAtOnceAndThoseThatGoLoseNoCall(Release release) {
		TestNamespace namespace = release.namespace();
		Load load = release.load();
		release.scale(2);
		release.awaitSteady();
		Instant start = Instant.now();
		Map<String, Long> inSlice = new ConcurrentHashMap<>();
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
		namespace.awaitGone("server");
		load.go(Duration.ofSeconds(2));
		Figures.print("scale 5 to 2: %s", Load.summary(load.from(down)));
		release.scale(3);
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
