package io.github.grpck8s;

import io.grpc.Server;

/**
 * Is told when a gRPC server of the application comes and goes, whatever stack runs it.
 */
public interface ServerLifecycleListener {

	/**
	 * The server listens. Called once on the thread that started it.
	 * @param server the server
	 */
	default void started(Server server) {
	}

	/**
	 * The server is to be stopped and still takes calls. Called once on the thread that
	 * stops it, for all listeners before {@link #stopping} of the first; may wait for as
	 * long as calls are to be taken.
	 * @param server the server
	 */
	default void draining(Server server) {
	}

	/**
	 * The stack is about to shut the server down and waits for this method, which may
	 * block and may shut the server down itself. Called once on the thread that stops it.
	 * @param server the server
	 */
	default void stopping(Server server) {
	}

}
