package io.github.grpck8s.benchmarks.programs;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

import io.github.grpck8s.benchmarks.Effort;
import io.github.grpck8s.benchmarks.measure.Rounds;
import io.github.grpck8s.benchmarks.measure.Usage;
import io.github.grpck8s.benchmarks.worker.Child;
import io.github.grpck8s.benchmarks.worker.Child.Command;
import io.github.grpck8s.benchmarks.worker.Shape;

/**
 * Applications in a JVM each that are alive at the same time and make calls in turn.
 */
final class CallArms implements AutoCloseable {

	private static final Duration START = Duration.ofMinutes(4);

	private final Effort effort;

	private final Map<String, Child> children = new LinkedHashMap<>();

	private CallArms(Effort effort) {
		this.effort = effort;
	}

	/**
	 * Start them and let them get warm.
	 */
	static CallArms start(Effort effort, Map<String, Command> commands) throws Exception {
		CallArms arms = new CallArms(effort);
		try {
			for (Map.Entry<String, Command> command : commands.entrySet()) {
				arms.children.put(command.getKey(), command.getValue().hurried(effort.smoke()).start());
			}
			for (Child child : arms.children.values()) {
				child.await(START);
			}
			for (Child child : arms.children.values()) {
				arms.warmUp(child);
			}
			return arms;
		}
		catch (Exception ex) {
			arms.close();
			throw ex;
		}
	}

	private void warmUp(Child child) {
		// enough for the optimizing compiler, in each shape
		child.calls(Shape.UNARY, this.effort.pick(12_000, 20));
		child.calls(Shape.CALLERS_64, this.effort.pick(20_000, 64));
		child.calls(Shape.STREAMING, this.effort.pick(120_000, 100));
	}

	/**
	 * Measure all rounds of a shape.
	 */
	Usages measure(Shape shape) throws Exception {
		int calls = switch (shape) {
			case STREAMING -> this.effort.pick(30_000, 100);
			case CALLERS_64 -> this.effort.pick(4_000, 64);
			default -> this.effort.pick(2_500, 20);
		};
		Map<String, Callable<Usage>> arms = new LinkedHashMap<>();
		this.children.forEach((name, child) -> arms.put(name, () -> child.calls(shape, calls)));
		return new Usages(Rounds.run(this.effort.callRounds(), this.effort.random(), arms));
	}

	@Override
	public void close() {
		this.children.values().forEach(Child::close);
	}

}
