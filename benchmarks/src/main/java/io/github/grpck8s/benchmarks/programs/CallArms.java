package io.github.grpck8s.benchmarks.programs;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
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
	 * Start them and let them get warm for all shapes.
	 */
	static CallArms start(Effort effort, Map<String, Command> commands) throws Exception {
		return start(effort, commands, List.of(Shape.UNARY, Shape.CALLERS_64, Shape.STREAMING));
	}

	/**
	 * Start them and let them get warm.
	 */
	static CallArms start(Effort effort, Map<String, Command> commands, List<Shape> shapes) throws Exception {
		CallArms arms = new CallArms(effort);
		try {
			for (Map.Entry<String, Command> command : commands.entrySet()) {
				arms.children.put(command.getKey(), command.getValue().hurried(effort.smoke()).start());
			}
			for (Child child : arms.children.values()) {
				child.await(START);
			}
			for (Child child : arms.children.values()) {
				shapes.forEach((shape) -> child.calls(shape, arms.warmUp(shape)));
			}
			return arms;
		}
		catch (Exception ex) {
			arms.close();
			throw ex;
		}
	}

	/**
	 * Enough for the optimizing compiler.
	 */
	private int warmUp(Shape shape) {
		return switch (shape) {
			case STREAMING -> this.effort.pick(120_000, 100);
			case CALLERS_64 -> this.effort.pick(20_000, 64);
			default -> this.effort.pick(12_000, 20);
		};
	}

	/**
	 * Measure all rounds of a shape.
	 */
	Usages measure(Shape shape) throws Exception {
		return new Usages(measure(shape, (name, calls) -> calls.call()));
	}

	/**
	 * Measure all rounds of a shape, and more than the callers know.
	 * @param around makes the calls and measures around them
	 */
	<F> Map<String, List<F>> measure(Shape shape, Around<F> around) throws Exception {
		int calls = switch (shape) {
			case STREAMING -> this.effort.pick(30_000, 100);
			case CALLERS_64 -> this.effort.pick(4_000, 64);
			default -> this.effort.pick(2_500, 20);
		};
		Map<String, Callable<F>> arms = new LinkedHashMap<>();
		this.children
			.forEach((name, child) -> arms.put(name, () -> around.measure(name, () -> child.calls(shape, calls))));
		return Rounds.run(this.effort.callRounds(), this.effort.random(), arms);
	}

	/**
	 * Measures around the calls of an arm.
	 *
	 * @param <F> what it measures
	 */
	@FunctionalInterface
	interface Around<F> {

		F measure(String arm, Callable<Usage> calls) throws Exception;

	}

	@Override
	public void close() {
		this.children.values().forEach(Child::close);
	}

}
