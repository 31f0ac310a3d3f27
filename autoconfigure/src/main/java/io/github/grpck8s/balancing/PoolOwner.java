package io.github.grpck8s.balancing;

import io.grpc.ConnectivityState;

/**
 * Whom a pool of connections tells what happens to it, in the synchronization context.
 */
interface PoolOwner {

	/**
	 * The connections or their states have changed.
	 * @param before the state of the pool before
	 * @param now its state now
	 */
	void changed(ConnectivityState before, ConnectivityState now);

	/**
	 * A connection failed.
	 * @param pool the pool
	 */
	void failed(ConnectionPool pool);

}
