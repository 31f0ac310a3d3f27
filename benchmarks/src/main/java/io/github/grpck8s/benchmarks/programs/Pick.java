package io.github.grpck8s.benchmarks.programs;

import java.time.Duration;
import java.util.List;

import io.github.grpck8s.benchmarks.Effort;
import io.github.grpck8s.benchmarks.Program;
import io.github.grpck8s.benchmarks.report.Report;
import io.github.grpck8s.benchmarks.report.Row;

/**
 * Claims nothing: prints what one pick of the policy kubernetes costs beside one of
 * round_robin, which counts no calls and has one connection per pod.
 */
public final class Pick implements Program {

	@Override
	public String name() {
		return "pick";
	}

	@Override
	public String claim() {
		return "What one pick over 10 pods costs beside grpc-java's round_robin, which counts no calls (JMH).";
	}

	@Override
	public Duration takes(Effort effort) {
		return Duration.ofSeconds(effort.pick(50, 1));
	}

	@Override
	public Report run(Effort effort) throws Exception {
		Micro micro = Micro.run(PickBenchmark.class, effort);
		String scenario = "one pick, 10 pods";
		String rival = "grpc-java round_robin";
		return Report.of(effort.pick(3, 1),
				List.of(Row.exact(scenario, "ns", rival, micro.time("pick round_robin"), micro.time("pick kubernetes")),
						Row.exact(scenario, "allocated, B", rival, micro.allocated("pick round_robin"),
								micro.allocated("pick kubernetes"))));
	}

}
