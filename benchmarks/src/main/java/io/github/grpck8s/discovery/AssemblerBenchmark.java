package io.github.grpck8s.discovery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * One slice of a large Service changes: what it takes to read the slice, and to make the
 * set of all endpoints anew. In this package because both are package-private.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class AssemblerBenchmark {

	private static final int SLICES = 50;

	private static final int ENDPOINTS = 100;

	private static final ServiceKey SERVICE = new ServiceKey("shop", "users");

	private final SliceParser parser = new SliceParser(SERVICE, new DiscoveryCounters());

	private final Selection wanted = new Selection(KubernetesTarget.parse("k8s:///users.shop:grpc").port(),
			IpFamily.AUTO, false, null, null);

	private final List<Slice> slices = new ArrayList<>();

	private byte[] changed = new byte[0];

	/**
	 * Make the slices.
	 * @throws IOException never
	 */
	@Setup(Level.Trial)
	public void slices() throws IOException {
		for (int slice = 0; slice < SLICES; slice++) {
			this.changed = text(slice).getBytes(StandardCharsets.UTF_8);
			Slice parsed = parse();
			if (parsed == null) {
				throw new IllegalStateException("Not a slice: " + text(slice));
			}
			this.slices.add(parsed);
		}
	}

	private static String text(int slice) {
		StringBuilder endpoints = new StringBuilder();
		for (int i = 0; i < ENDPOINTS; i++) {
			endpoints.append((i > 0) ? "," : "")
				.append("""
						{"addresses":["10.%d.%d.%d"],"conditions":{"ready":true,"serving":true,"terminating":false},\
						"nodeName":"node-%d","zone":"zone-%d","targetRef":{"kind":"Pod","namespace":"shop",\
						"name":"users-%d-%d","uid":"00000000-0000-4000-8000-%06d%06d"}}""".formatted(slice, i % 7,
						i + 1, i % 20, i % 3, slice, i, slice, i));
		}
		return """
				{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"users-%d","namespace":"shop",\
				"uid":"slice-%d","resourceVersion":"%d","labels":{"kubernetes.io/service-name":"users"}},\
				"addressType":"IPv4","ports":[{"name":"grpc","port":9090,"protocol":"TCP"}],"endpoints":[%s]}"""
			.formatted(slice, slice, 1000 + slice, endpoints);
	}

	/**
	 * Read the slice that changed: its JSON and the fields that matter.
	 * @return the slice
	 * @throws IOException never
	 */
	@Benchmark
	public @Nullable Slice parse() throws IOException {
		JsonNode tree = JsonTree.read(this.changed);
		return this.parser.parse(tree);
	}

	/**
	 * Make the set of endpoints of all slices, one of which is new.
	 * @return the set
	 */
	@Benchmark
	public EndpointSet assemble() {
		Slice old = this.slices.get(SLICES - 1);
		// an object of its own, as one that was just read
		this.slices.set(SLICES - 1, old.with(old.endpoints.stream().map((endpoint) -> endpoint.data).toList()));
		return SliceAssembler.assemble(SERVICE, this.slices, List.of(), this.wanted);
	}

}
