package io.github.grpck8s.benchmarks;

import java.time.Duration;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * How much a program does.
 *
 * @param smoke whether it only shows that it runs: one round of little, with no figure
 * worth reading
 * @param wantedRounds rounds that the user asked for, 0 for the program's own number
 * @param random decides in which order the arms take turns
 */
public record Effort(boolean smoke, int wantedRounds, Random random) {

	private static final Duration LONGEST = Duration.ofSeconds(Long.getLong("seconds", 800));

	/**
	 * Enough to show that a program runs.
	 */
	public static Effort smokeTest() {
		return new Effort(true, 0, new Random());
	}

	/**
	 * A measurement.
	 * @param rounds rounds, 0 for each program's own number
	 */
	public static Effort measurement(int rounds) {
		return new Effort(false, rounds, new Random());
	}

	/**
	 * Rounds of a program that measures single calls.
	 */
	public int callRounds() {
		return rounds(24);
	}

	/**
	 * Rounds of a program that measures seconds.
	 */
	public int scenarioRounds() {
		return rounds(5);
	}

	/**
	 * When a program that began now has to come to its end: a busy machine gives fewer
	 * rounds and not none.
	 */
	public BooleanSupplier timeIsUp() {
		long end = System.nanoTime() + LONGEST.toNanos();
		return () -> System.nanoTime() - end > 0;
	}

	private int rounds(int usual) {
		return this.smoke ? 1 : (this.wantedRounds > 0) ? this.wantedRounds : usual;
	}

	/**
	 * Choose.
	 * @param full what to do in a measurement
	 * @param little what to do in a smoke test
	 * @return one of them
	 */
	public int pick(int full, int little) {
		return this.smoke ? little : full;
	}

}
