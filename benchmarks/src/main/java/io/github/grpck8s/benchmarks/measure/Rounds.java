package io.github.grpck8s.benchmarks.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;

/**
 * All arms once in every round, each round in an order of its own: what the machine does
 * beside the measurement hits all of them alike.
 */
public final class Rounds {

	private Rounds() {
	}

	/**
	 * Run until the time is up, so that a busy machine gives fewer rounds and not none.
	 * @param rounds how many at most
	 * @param least how many at least
	 * @param timeIsUp whether to end after the round that is under way
	 * @param random decides the order
	 * @param arms the arms by name
	 * @param <F> what an arm measures
	 * @return what each arm measured, round by round
	 * @throws Exception what an arm throws
	 */
	public static <F> Map<String, List<F>> run(int rounds, int least, BooleanSupplier timeIsUp, Random random,
			Map<String, ? extends Callable<F>> arms) throws Exception {
		Map<String, List<F>> figures = new LinkedHashMap<>();
		int round = 0;
		while (round < rounds && (round < least || !timeIsUp.getAsBoolean())) {
			run(1, random, arms)
				.forEach((arm, measured) -> figures.computeIfAbsent(arm, (key) -> new ArrayList<>()).addAll(measured));
			round++;
		}
		return figures;
	}

	/**
	 * Run.
	 * @param rounds how many
	 * @param random decides the order
	 * @param arms the arms by name
	 * @param <F> what an arm measures
	 * @return what each arm measured, round by round
	 * @throws Exception what an arm throws
	 */
	public static <F> Map<String, List<F>> run(int rounds, Random random, Map<String, ? extends Callable<F>> arms)
			throws Exception {
		Map<String, List<F>> figures = new LinkedHashMap<>();
		arms.keySet().forEach((arm) -> figures.put(arm, new ArrayList<>()));
		List<String> order = new ArrayList<>(arms.keySet());
		for (int round = 0; round < rounds; round++) {
			Collections.shuffle(order, random);
			for (String arm : order) {
				List<F> measured = figures.get(arm);
				Callable<F> measurement = arms.get(arm);
				if (measured != null && measurement != null) {
					measured.add(measurement.call());
				}
			}
		}
		return figures;
	}

}
