package io.github.grpck8s.benchmarks.programs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import io.github.grpck8s.benchmarks.measure.Usage;
import io.github.grpck8s.benchmarks.report.Row;
import org.jspecify.annotations.Nullable;

/**
 * What the arms of a program used for their calls.
 *
 * @param arms what each arm used, round by round
 */
record Usages(Map<String, List<Usage>> arms) {

	/**
	 * How many rounds there were.
	 */
	int rounds() {
		return this.arms.values().iterator().next().size();
	}

	/**
	 * The values of one figure of one arm.
	 * @throws IllegalStateException if calls failed: what fails costs less
	 */
	List<Double> values(String arm, ToDoubleFunction<Usage> figure) {
		List<Usage> rounds = this.arms.getOrDefault(arm, List.of());
		if (rounds.isEmpty() || rounds.stream().anyMatch((usage) -> usage.failed() > 0)) {
			throw new IllegalStateException("Calls of " + arm + " failed: " + rounds);
		}
		return rounds.stream().map(figure::applyAsDouble).toList();
	}

	/**
	 * Compare one figure.
	 */
	Row row(String scenario, String figure, ToDoubleFunction<Usage> value, String rival, String ours) {
		return Row.of(scenario, figure, rival, values(rival, value), values(ours, value));
	}

	/**
	 * Compare allocation and CPU.
	 * @param one an arm, whichever it is
	 * @param twin its twin, which tells the noise
	 * @param allocation the greatest ratio that was promised, or {@code null}
	 * @param cpu the greatest ratio that was promised, or {@code null}
	 */
	List<Row> costs(String scenario, String rival, String ours, String one, String twin, @Nullable Double allocation,
			@Nullable Double cpu) {
		List<Row> rows = new ArrayList<>();
		rows.add(cost(scenario, "allocation per call, B", Usage::bytesPerCall, rival, ours, one, twin, allocation));
		rows.add(cost(scenario, "CPU per call, µs", Usage::cpuPerCall, rival, ours, one, twin, cpu));
		return rows;
	}

	private Row cost(String scenario, String figure, ToDoubleFunction<Usage> value, String rival, String ours,
			String one, String twin, @Nullable Double goal) {
		Row row = row(scenario, figure, value, rival, ours).noise(values(one, value), values(twin, value));
		return (goal != null) ? row.goal(goal) : row;
	}

}
