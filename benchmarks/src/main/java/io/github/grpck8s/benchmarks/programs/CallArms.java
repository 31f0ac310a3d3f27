package io.github.grpck8s.benchmarks.programs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;

import io.github.grpck8s.benchmarks.Effort;
import io.github.grpck8s.benchmarks.measure.Rounds;
import io.github.grpck8s.benchmarks.measure.Usage;
import io.github.grpck8s.benchmarks.worker.Child;
import io.github.grpck8s.benchmarks.worker.Command;
import io.github.grpck8s.benchmarks.worker.Shape;

/**
 * Applications in a JVM each that are alive at the same time and make calls in turn.
 */
final class CallArms implements AutoCloseable {

	private static final Duration START = Duration.ofMinutes(4);

	private static final int GENERATIONS = 4;

	private final Effort effort;

	private final BooleanSupplier timeIsUp;

	private final Map<String, Child> children = new LinkedHashMap<>();

	private CallArms(Effort effort) {
		this.effort = effort;
		this.timeIsUp = effort.timeIsUp();
	}

	/**
	 * Measure calls of several shapes, each arm in each shape once a round. A part of the
	 * rounds is made by the first processes, the next by others: which threads share a
	 * core is settled when a process starts, and shows in its CPU time.
	 * @param effort how many rounds
	 * @param commands the applications by name
	 * @param shapes what the calls are like
	 */
	static Map<Shape, Usages> measure(Effort effort, Map<String, Command> commands, List<Shape> shapes)
			throws Exception {
		Map<Shape, Map<String, List<Usage>>> measured = new EnumMap<>(Shape.class);
		BooleanSupplier timeIsUp = effort.timeIsUp();
		int generations = Math.min(effort.callRounds(), GENERATIONS);
		int rounds = (effort.callRounds() + generations - 1) / generations;
		for (int generation = 0; generation < generations; generation++) {
			if (generation > 0 && timeIsUp.getAsBoolean()) {
				break;
			}
			try (CallArms arms = start(effort, commands, shapes)) {
				arms.measure(shapes, rounds).forEach((shape, usages) -> {
					Map<String, List<Usage>> sofar = measured.computeIfAbsent(shape, (key) -> new LinkedHashMap<>());
					usages
						.forEach((name, more) -> sofar.computeIfAbsent(name, (key) -> new ArrayList<>()).addAll(more));
				});
			}
		}
		Map<Shape, Usages> usages = new EnumMap<>(Shape.class);
		measured.forEach((shape, ofShape) -> usages.put(shape, new Usages(ofShape)));
		return usages;
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
			case STREAMING -> this.effort.pick(60_000, 100);
			case CALLERS_64 -> this.effort.pick(40_000, 64);
			default -> this.effort.pick(20_000, 20);
		};
	}

	private Map<Shape, Map<String, List<Usage>>> measure(List<Shape> shapes, int rounds) throws Exception {
		Map<String, Callable<Usage>> arms = new LinkedHashMap<>();
		for (Shape shape : shapes) {
			int calls = calls(shape);
			this.children.forEach((name, child) -> arms.put(shape + " " + name, () -> child.calls(shape, calls)));
		}
		Map<String, List<Usage>> measured = Rounds.run(rounds, this.effort.random(), arms);
		Map<Shape, Map<String, List<Usage>>> usages = new EnumMap<>(Shape.class);
		for (Shape shape : shapes) {
			Map<String, List<Usage>> ofShape = new LinkedHashMap<>();
			this.children.keySet()
				.forEach((name) -> ofShape.put(name, measured.getOrDefault(shape + " " + name, List.of())));
			usages.put(shape, ofShape);
		}
		return usages;
	}

	private int calls(Shape shape) {
		return switch (shape) {
			case STREAMING -> this.effort.pick(20_000, 100);
			case CALLERS_64 -> this.effort.pick(3_000, 64);
			default -> this.effort.pick(2_000, 20);
		};
	}

	/**
	 * Measure all rounds of a shape, and more than the callers know.
	 * @param around makes the calls and measures around them
	 */
	<F> Map<String, List<F>> measure(Shape shape, Around<F> around) throws Exception {
		int calls = calls(shape);
		Map<String, Callable<F>> arms = new LinkedHashMap<>();
		this.children
			.forEach((name, child) -> arms.put(name, () -> around.measure(name, () -> child.calls(shape, calls))));
		return Rounds.run(this.effort.callRounds(), 1, this.timeIsUp, this.effort.random(), arms);
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
