package io.github.grpck8s.benchmarks;

import java.time.Duration;

import io.github.grpck8s.benchmarks.report.Report;

/**
 * A claim about speed and the measurement that shows whether it holds.
 */
public interface Program {

	/**
	 * Its name, for {@code -Dprogram} and as the name of its files.
	 * @return the name
	 */
	String name();

	/**
	 * What is claimed.
	 * @return one sentence
	 */
	String claim();

	/**
	 * How long a run takes.
	 * @param effort how much is done
	 * @return about so long
	 */
	Duration takes(Effort effort);

	/**
	 * Measure.
	 * @param effort how much is done
	 * @return what was measured, whoever wins
	 * @throws Exception if it cannot be measured
	 */
	Report run(Effort effort) throws Exception;

}
