package io.github.grpck8s;

/**
 * Is told that the application is about to stop: from now on new calls should go
 * elsewhere, while those that come are still served.
 */
@FunctionalInterface
public interface DrainListener {

	/**
	 * The drain begins. Called once, on the thread that closes the application, before
	 * any server is shut down; must return at once.
	 */
	void drainStarting();

}
