package io.github.grpck8s.benchmarks.programs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import io.github.grpck8s.benchmarks.Effort;
import io.github.grpck8s.benchmarks.Program;
import io.github.grpck8s.benchmarks.measure.Rounds;
import io.github.grpck8s.benchmarks.programs.FirstAnswer.Took;
import io.github.grpck8s.benchmarks.report.Report;
import io.github.grpck8s.benchmarks.report.Row;
import io.github.grpck8s.benchmarks.worker.Applications;

/**
 * Claims that our jar adds at most a tenth to the time from the start of the JVM to the
 * first call that is answered, and that an AOT cache of JDK 25 takes at least three
 * tenths away.
 */
public final class StartUp implements Program {

	private static final String PLAIN = "net.devh alone";

	private static final String WITHOUT = "our starter's dependencies without our jar";

	private static final String WITHOUT_QUIET = "the same, with our defaults set by hand";

	private static final String STARTER = "our starter";

	private static final String TWIN = "our starter again";

	private static final String JDK_25 = "our starter, JDK 25";

	private static final String TWIN_25 = "our starter, JDK 25 again";

	private static final String AOT = "our starter, JDK 25, AOT cache";

	private static final String TIME = "process start to first answer, ms";

	private static final String CPU = "CPU until then, ms";

	@Override
	public String name() {
		return "start-up";
	}

	@Override
	public String claim() {
		return "From the start of the process to the first answer that a caller outside gets: the starter ≤ 1.10 × the same "
				+ "dependencies without our jar, on JDK 25 with an AOT cache ≤ 0.70 × without; and what stages take off an image.";
	}

	@Override
	public Duration takes(Effort effort) {
		return Duration.ofSeconds(effort.pick(60 + 35 * (effort.scenarioRounds() + 1), 10));
	}

	@Override
	public Report run(Effort effort) throws Exception {
		List<String> missing = new ArrayList<>();
		List<Row> rows = new ArrayList<>();
		Map<String, FirstAnswer> arms = new LinkedHashMap<>();
		arms.put(PLAIN, new FirstAnswer(effort.smoke(), Applications::netDevh));
		arms.put(STARTER, new FirstAnswer(effort.smoke(), () -> Applications.starter("starter")));
		if (effort.smoke()) {
			Map<String, List<Took>> took = Rounds.run(1, effort.random(), arms);
			return Report.of(1, List.of(row(took, TIME, Took::time, PLAIN, STARTER)));
		}
		arms.put(TWIN, new FirstAnswer(false, () -> Applications.starter("twin")));
		arms.put(WITHOUT, new FirstAnswer(false, () -> Applications.withoutOurs(false)));
		arms.put(WITHOUT_QUIET, new FirstAnswer(false, () -> Applications.withoutOurs(true)));
		AotCache cache = AotCache.find(System.getProperty("jdk25", ""), missing);
		if (cache != null) {
			cache.train(Applications.starter("training"));
			arms.put(JDK_25, new FirstAnswer(false, () -> cache.without(Applications.starter("jdk25"))));
			arms.put(TWIN_25, new FirstAnswer(false, () -> cache.without(Applications.starter("twin25"))));
			arms.put(AOT, new FirstAnswer(false, () -> cache.with(Applications.starter("aot"))));
		}
		// what the machine has to read from its disk is read then
		Rounds.run(1, effort.random(), arms);
		Map<String, List<Took>> took = Rounds.run(effort.scenarioRounds(), effort.random(), arms);
		for (String rival : List.of(WITHOUT_QUIET, WITHOUT)) {
			rows.add(noisy(took, TIME, Took::time, rival, STARTER, TWIN).goal(1.10));
			rows.add(noisy(took, CPU, Took::cpu, rival, STARTER, TWIN));
		}
		rows.add(noisy(took, TIME, Took::time, PLAIN, STARTER, TWIN));
		rows.add(noisy(took, CPU, Took::cpu, PLAIN, STARTER, TWIN));
		if (cache != null) {
			String size = "the cache has %d MB".formatted(cache.megabytes());
			rows.add(noisy(took, TIME, Took::time, JDK_25, AOT, TWIN_25).goal(0.70).remark(size));
			rows.add(noisy(took, CPU, Took::cpu, JDK_25, AOT, TWIN_25));
		}
		rows.addAll(ImageSizes.measure(missing));
		return Report.of(effort.scenarioRounds(), rows, missing);
	}

	private static Row row(Map<String, List<Took>> took, String figure, ToDoubleFunction<Took> value, String rival,
			String ours) {
		return Row.of(ours, figure, rival, values(took, rival, value), values(took, ours, value));
	}

	/**
	 * With the noise that an arm and its twin tell.
	 */
	private static Row noisy(Map<String, List<Took>> took, String figure, ToDoubleFunction<Took> value, String rival,
			String ours, String twin) {
		String one = ours.equals(AOT) ? rival : ours;
		return row(took, figure, value, rival, ours).noise(values(took, one, value), values(took, twin, value));
	}

	private static List<Double> values(Map<String, List<Took>> took, String arm, ToDoubleFunction<Took> value) {
		return took.getOrDefault(arm, List.of()).stream().map(value::applyAsDouble).toList();
	}

}
