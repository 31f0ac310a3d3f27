package io.github.grpck8s.benchmarks.programs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import io.github.grpck8s.benchmarks.Effort;
import io.github.grpck8s.benchmarks.Program;
import io.github.grpck8s.benchmarks.measure.Rounds;
import io.github.grpck8s.benchmarks.report.Report;
import io.github.grpck8s.benchmarks.report.Row;
import io.github.grpck8s.benchmarks.worker.Child;
import io.github.grpck8s.benchmarks.worker.Command;
import io.github.grpck8s.benchmarks.worker.ClassPath;
import io.github.grpck8s.benchmarks.worker.DiscoveryWorker;
import io.github.grpck8s.test.FakeKubernetes;

/**
 * Claims that a JVM which has just started knows its first endpoints after at most 0.6
 * times what fabric8's informer takes.
 */
public final class ColdStart implements Program {

	private static final String INFORMER = "fabric8 informer, its default HTTP client";

	private static final String JDK = "fabric8 informer, the JDK's HTTP client";

	@Override
	public String name() {
		return "cold-start";
	}

	@Override
	public String claim() {
		return "From the start of a JVM's main method to the first 100 endpoints: ≤ 0.6 × fabric8's informer with its "
				+ "default HTTP client; ours has the JDK's.";
	}

	@Override
	public Duration takes(Effort effort) {
		return Duration.ofSeconds(effort.pick(10 + 16 * rounds(effort), 4));
	}

	private static int rounds(Effort effort) {
		// short, so more than of other scenarios
		return effort.smoke() ? 1 : 2 * effort.scenarioRounds();
	}

	@Override
	public Report run(Effort effort) throws Exception {
		try (FakeKubernetes kubernetes = FakeKubernetes.start()) {
			kubernetes.service("shop", "users").scale(100);
			Path token = Files.writeString(Child.temporary("token", ""), kubernetes.token());
			String kubeconfig = kubernetes.kubeconfigFile("shop").toString();
			List<Place> places = List.of(
					new Place("in a pod", DiscoveryWorker.IN_A_POD,
							List.of("-Dkubernetes.master=" + kubernetes.url(),
									"-Dkubernetes.auth.serviceAccount.token=" + token,
									"-Dkubernetes.auth.tryKubeConfig=false")),
					new Place("by a kubeconfig", kubeconfig, List.of()));
			List<Row> rows = new ArrayList<>();
			for (Place place : effort.smoke() ? places.subList(0, 1) : places) {
				rows.addAll(rows(place, effort));
			}
			return Report.of(rounds(effort), rows);
		}
	}

	/**
	 * Where a process starts.
	 *
	 * @param name what to call it
	 * @param argument what tells the process where the API server is
	 * @param options options of its JVM
	 */
	private record Place(String name, String argument, List<String> options) {
	}

	private static List<Row> rows(Place place, Effort effort) throws Exception {
		Map<String, Callable<Double>> arms = new LinkedHashMap<>();
		arms.put("ours", () -> start(ClassPath.STARTER, place, "resolver"));
		arms.put(INFORMER, () -> start(ClassPath.FABRIC8, place, "informer"));
		if (!effort.smoke()) {
			arms.put("twin", () -> start(ClassPath.FABRIC8, place, "informer"));
			arms.put(JDK, () -> start(ClassPath.STARTER, place, "informer"));
			// files that are read for the first time
			Rounds.run(1, effort.random(), arms);
		}
		Map<String, List<Double>> times = Rounds.run(rounds(effort), effort.random(), arms);
		List<Double> informer = times.getOrDefault(INFORMER, List.of());
		List<Double> ours = times.getOrDefault("ours", List.of());
		List<Double> twin = times.getOrDefault("twin", informer);
		List<Row> rows = new ArrayList<>();
		rows.add(Row.of(place.name(), "first endpoints, ms", INFORMER, informer, ours).noise(informer, twin).goal(0.6));
		if (times.containsKey(JDK)) {
			rows.add(Row.of(place.name(), "first endpoints, ms", JDK, times.getOrDefault(JDK, List.of()), ours)
				.noise(informer, twin));
		}
		return rows;
	}

	private static double start(ClassPath classPath, Place place, String what) throws Exception {
		try (Child child = Command.of(what, classPath, DiscoveryWorker.class, List.of(place.argument(), what, "users"))
			.options(place.options().toArray(String[]::new))
			.start()) {
			return Long.parseLong(child.await(Duration.ofMinutes(3))) / 1e6;
		}
	}

}
