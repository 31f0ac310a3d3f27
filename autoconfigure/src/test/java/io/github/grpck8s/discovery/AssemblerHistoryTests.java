package io.github.grpck8s.discovery;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random histories of slices against an oracle that is too simple to be wrong: whatever
 * happened, only the last version of each slice counts. A failure names its seed.
 */
class AssemblerHistoryTests {

	private static final Selection GRPC = Slices.wanted("k8s:///users.shop:grpc");

	static List<Long> seeds() {
		List<Long> seeds = new ArrayList<>();
		for (long seed = 1; seed <= 300; seed++) {
			seeds.add(seed);
		}
		return seeds;
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void r10_anyHistoryEndsInTheUnionOfItsLastSlices(long seed) {
		Random random = new Random(seed);
		SliceStore store = new SliceStore(0);
		Map<String, Slice> last = new HashMap<>();
		int version = 1;
		for (int step = 0; step < 40; step++) {
			String name = "s" + random.nextInt(4);
			Slice known = last.get(name);
			if (known != null && random.nextInt(4) == 0) {
				last.remove(name);
				store.remove(name, known.uid, Integer.toString(version++), 0);
			}
			else {
				String uid = (known != null && known.uid != null) ? known.uid : "uid-" + version;
				Slice slice = randomSlice(random, name, uid, version++);
				last.put(name, slice);
				store.put(slice, 0);
				if (random.nextInt(3) == 0) {
					store.put(slice, 0);
				}
				if (known != null && random.nextInt(3) == 0) {
					store.put(known, 0);
				}
			}
			if (random.nextInt(10) == 0) {
				store.replace(last.values(), Integer.toString(version), 0);
			}
			List<Slice> shuffled = new ArrayList<>(last.values());
			Collections.shuffle(shuffled, random);
			EndpointSet expected = SliceAssembler.assemble(Slices.USERS, shuffled, List.of(), GRPC);
			EndpointSet actual = SliceAssembler.assemble(Slices.USERS, store.slices(), List.of(), GRPC);
			assertThat(actual).as("seed %s step %s", seed, step).isEqualTo(expected);
			if (actual.fault() == null) {
				assertThat(new TreeSet<>(actual.endpoints().stream().map(PodEndpoint::toString).toList()))
					.as("seed %s step %s", seed, step)
					.isEqualTo(oracle(last.values()));
			}
		}
	}

	/**
	 * The newest mention of each address and port; of those the ready, else the draining.
	 */
	private static Set<String> oracle(Iterable<Slice> slices) {
		Map<String, EndpointData> believed = new HashMap<>();
		Map<String, Integer> versions = new HashMap<>();
		for (Slice slice : slices) {
			for (Slice.SlicePort port : slice.ports) {
				if (port.name().equals("grpc")) {
					for (Slice.Endpoint endpoint : slice.endpoints) {
						String key = endpoint.data.address().getHostAddress() + ":" + port.number();
						int version = Integer.parseInt(String.valueOf(slice.resourceVersion));
						if (versions.getOrDefault(key, 0) < version) {
							versions.put(key, version);
							believed.put(key, endpoint.data);
						}
					}
				}
			}
		}
		Set<String> ready = new TreeSet<>();
		Set<String> draining = new TreeSet<>();
		believed.forEach((key, data) -> {
			if (data.ready() && !data.terminating()) {
				ready.add(key);
			}
			else if (data.terminating() && (data.serving() || data.ready())) {
				draining.add(key);
			}
		});
		return ready.isEmpty() ? draining : ready;
	}

	private static Slice randomSlice(Random random, String name, String uid, int version) {
		Slices slice = Slices.slice(name).uid(uid).version(Integer.toString(version));
		if (random.nextInt(5) > 0) {
			slice.port("grpc", random.nextBoolean() ? 9090 : 7070);
		}
		if (random.nextBoolean()) {
			slice.port("http", 8080);
		}
		for (int i = 0; i < 6; i++) {
			if (random.nextInt(3) == 0) {
				slice.with(Slices.anonymous("10.0.0." + i, random.nextBoolean(), random.nextBoolean(),
						random.nextInt(3) == 0));
			}
		}
		return slice.get();
	}

}
