package io.github.grpck8s.benchmarks.programs;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.github.grpck8s.benchmarks.Effort;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs a class of JMH, where nanoseconds count.
 *
 * @param times time of one operation by method and parameters
 * @param bytes bytes that one operation allocates, by method and parameters
 */
record Micro(Map<String, Double> times, Map<String, Double> bytes) {

	/**
	 * Run; one at a time in a process, as JMH wants it.
	 */
	static synchronized Micro run(Class<?> benchmark, Effort effort) throws RunnerException {
		Collection<RunResult> results = new Runner(new OptionsBuilder().include(benchmark.getName() + "\\.")
			.forks(effort.pick(3, 0))
			.warmupIterations(effort.pick(3, 1))
			.measurementIterations(effort.pick(4, 1))
			.warmupTime(TimeValue.milliseconds(effort.pick(1000, 20)))
			.measurementTime(TimeValue.milliseconds(effort.pick(1000, 20)))
			.addProfiler(GCProfiler.class)
			.jvmArgs("-Xmx512m")
			.shouldFailOnError(true)
			.verbosity(VerboseMode.SILENT)
			.build()).run();
		Micro micro = new Micro(new TreeMap<>(), new TreeMap<>());
		for (RunResult result : results) {
			String name = result.getPrimaryResult().getLabel() + result.getParams()
				.getParamsKeys()
				.stream()
				.sorted()
				.map((parameter) -> " " + result.getParams().getParam(parameter))
				.collect(Collectors.joining());
			micro.times.put(name, result.getPrimaryResult().getScore());
			Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
			micro.bytes.put(name, (allocated != null) ? allocated.getScore() : 0);
		}
		return micro;
	}

	double time(String name) {
		return value(this.times, name);
	}

	double allocated(String name) {
		return value(this.bytes, name);
	}

	private static double value(Map<String, Double> values, String name) {
		Double value = values.get(name);
		if (value == null) {
			throw new IllegalStateException("Nothing was measured for '" + name + "' of " + values.keySet());
		}
		return value;
	}

}
