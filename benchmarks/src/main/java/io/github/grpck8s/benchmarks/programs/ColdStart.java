package io.github.grpck8s.benchmarks.programs;

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
import io.github.grpck8s.benchmarks.worker.Child.Command;
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
		return Duration.ofSeconds(5 + 8L * rounds(effort));
	}

	private static int rounds(Effort effort) {
		// short, so more than of other scenarios
		return effort.smoke() ? 1 : 2 * effort.scenarioRounds();
	}

	@Override
	public Report run(Effort effort) throws Exception {
		try (FakeKubernetes kubernetes = FakeKubernetes.start()) {
			kubernetes.service("shop", "users").scale(100);
			String kubeconfig = kubernetes.kubeconfigFile("shop").toString();
			Map<String, Callable<Double>> arms = new LinkedHashMap<>();
			arms.put("ours", () -> start(ClassPath.STARTER, kubeconfig, "resolver"));
			arms.put(INFORMER, () -> start(ClassPath.FABRIC8, kubeconfig, "informer"));
			arms.put("twin", () -> start(ClassPath.FABRIC8, kubeconfig, "informer"));
			arms.put(JDK, () -> start(ClassPath.STARTER, kubeconfig, "informer"));
			// files that are read for the first time
			Rounds.run(effort.pick(1, 0), effort.random(), arms);
			Map<String, List<Double>> times = Rounds.run(rounds(effort), effort.random(), arms);
			List<Double> informer = times.getOrDefault(INFORMER, List.of());
			List<Row> rows = new ArrayList<>();
			List<Double> twin = times.getOrDefault("twin", List.of());
			List<Double> ours = times.getOrDefault("ours", List.of());
			rows.add(Row.of("first endpoints", "ms", INFORMER, informer, ours).noise(informer, twin).goal(0.6));
			rows.add(Row.of("first endpoints", "ms", JDK, times.getOrDefault(JDK, List.of()), ours)
				.noise(informer, twin));
			return Report.of(rounds(effort), rows);
		}
	}

	private static double start(ClassPath classPath, String kubeconfig, String what) throws Exception {
		try (Child child = Command.of(what, classPath, DiscoveryWorker.class, List.of(kubeconfig, what, "users"))
			.start()) {
			return Long.parseLong(child.await(Duration.ofMinutes(3))) / 1e6;
		}
	}

}
