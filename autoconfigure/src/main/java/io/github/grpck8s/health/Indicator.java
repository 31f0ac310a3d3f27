package io.github.grpck8s.health;

/**
 * One thing that can be well or not, for example a database.
 */
@FunctionalInterface
public interface Indicator {

	/**
	 * The code of the status of an indicator that failed or did not answer in time.
	 */
	String DOWN = "DOWN";

	/**
	 * Ask. May block: the caller gives it a thread of its own and stops listening after a
	 * while.
	 * @return the code of the status, for example {@code UP}
	 * @throws Exception if asking failed, which counts as {@link #DOWN}
	 */
	String status() throws Exception;

}
