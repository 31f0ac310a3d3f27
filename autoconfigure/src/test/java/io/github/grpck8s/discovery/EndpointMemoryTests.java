package io.github.grpck8s.discovery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What an endpoint costs, measured on the heap.
 */
class EndpointMemoryTests {

	private static final int SLICES = 200;

	private static final int ENDPOINTS = 100;

	private static final int LIVE_SLICES = 50;

	@Test
	void r52_storeTakesAtMostAQuarterOfWhatAnInformerKeeps() {
		SliceParser parser = new SliceParser(Slices.USERS, new DiscoveryCounters());
		double ours = bytesPerEndpoint(() -> {
			SliceStore store = new SliceStore(0);
			for (int i = 0; i < SLICES; i++) {
				Slice slice = parser.parse(tree(json(i)));
				assertThat(slice).isNotNull();
				store.put(slice, 0);
			}
			return store;
		});
		double theirs = bytesPerEndpoint(() -> {
			List<EndpointSlice> store = new ArrayList<>();
			for (int i = 0; i < SLICES; i++) {
				store.add(Serialization.unmarshal(json(i), EndpointSlice.class));
			}
			return store;
		});
		assertThat(ours / theirs).as("bytes per endpoint: %s of %s", Math.round(ours), Math.round(theirs))
			.isLessThanOrEqualTo(0.25);
	}

	/**
	 * What an HTTP client holds on to counts as well.
	 */
	@Test
	void r52_serviceWithoutChannelsKeepsNothingButItsStore() {
		try (LiveDiscovery live = new LiveDiscovery()) {
			live.kubernetes.service("shop", "small").scale(1);
			live.kubernetes.service("shop", "users").podsPerSlice(ENDPOINTS).scale(LIVE_SLICES * ENDPOINTS);
			LiveDiscovery.awaitTexts(live.channel("k8s:///small.shop:grpc"), 1);
			long before = used();
			LiveDiscovery.awaitTexts(live.channel("k8s:///users.shop:grpc"), 1);
			live.leave();
			await().atMost(30, TimeUnit.SECONDS)
				.untilAsserted(() -> assertThat((used() - before) / (LIVE_SLICES * ENDPOINTS)).as("bytes per endpoint")
					.isLessThan(250));
			assertThat(live.kubernetes.openWatches()).as("watches, which linger").isEqualTo(2);
		}
	}

	private static double bytesPerEndpoint(Supplier<Object> store) {
		// classes and caches are loaded by then
		Reference.reachabilityFence(store.get());
		long before = used();
		Object kept = store.get();
		long after = used();
		Reference.reachabilityFence(kept);
		return (after - before) / (double) (SLICES * ENDPOINTS);
	}

	private static long used() {
		for (int i = 0; i < 3; i++) {
			System.gc();
		}
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

	private static JsonNode tree(String json) {
		try {
			return JsonTree.read(json.getBytes(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String json(int slice) {
		StringBuilder endpoints = new StringBuilder();
		for (int i = 0; i < ENDPOINTS; i++) {
			int number = slice * ENDPOINTS + i;
			endpoints.append((i > 0) ? "," : "")
				.append("""
						{"addresses":["10.%d.%d.%d"],"conditions":{"ready":true,"serving":true,"terminating":false},
						"nodeName":"node-%d","zone":"zone-%d","targetRef":{"kind":"Pod","namespace":"shop",
						"name":"users-7d9c8b6f5-%05d","uid":"0f8fad5b-d9cb-469f-a165-%012d"}}""".formatted(number >> 16,
						number >> 8 & 255, number & 255, i % 20, i % 3, number, number));
		}
		return """
				{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"users-%d","namespace":"shop",
				"uid":"uid-%d","resourceVersion":"%d","labels":{"kubernetes.io/service-name":"users"}},"addressType":"IPv4",
				"ports":[{"name":"grpc","port":9090,"protocol":"TCP"}],"endpoints":[%s]}"""
			.formatted(slice, slice, 1000 + slice, endpoints);
	}

}
