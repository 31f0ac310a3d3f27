package io.github.grpck8s.discovery;

import org.jspecify.annotations.Nullable;

/**
 * One channel's share of what is known of a Service.
 */
interface Subscription extends AutoCloseable {

	/**
	 * What is known now.
	 */
	WatchState state();

	/**
	 * Is to be told what the channel is told.
	 */
	DiscoveryListener listener();

	/**
	 * The zone of a node.
	 * @return the zone, {@code null} if unknown
	 */
	default @Nullable String zoneOf(String node) {
		return null;
	}

	/**
	 * A channel has lost a connection: look again soon, where looking is all there is.
	 */
	default void refresh() {
	}

	/**
	 * Leave; waits for nothing and nobody.
	 */
	@Override
	void close();

}
