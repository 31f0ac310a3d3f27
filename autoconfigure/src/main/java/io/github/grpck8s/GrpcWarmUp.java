package io.github.grpck8s;

/**
 * Work that an application wants done before it says that it is ready, for example the
 * first connection of a channel or the first query of a database pool. Beans of this type
 * are run one after another, in their order, when the application has started and before
 * it accepts traffic.
 */
@FunctionalInterface
public interface GrpcWarmUp {

	/**
	 * Warm up. Called once, on a thread of its own.
	 * @throws Exception if it did not work, which is logged and keeps the application
	 * from nothing
	 */
	void warmUp() throws Exception;

}
