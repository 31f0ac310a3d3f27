package io.github.grpck8s.shutdown;

/**
 * Lets time pass.
 */
@FunctionalInterface
interface Waiting {

	/**
	 * Wait.
	 * @param nanos how long, nanoseconds
	 * @throws InterruptedException if this thread was interrupted
	 */
	void await(long nanos) throws InterruptedException;

}
