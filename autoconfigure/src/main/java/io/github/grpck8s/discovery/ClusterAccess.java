package io.github.grpck8s.discovery;

import org.jspecify.annotations.Nullable;

/**
 * A way to an API server.
 */
interface ClusterAccess {

	/**
	 * Two ways with the same identity lead to the same API server as the same user, and
	 * share their watches.
	 */
	String identity();

	/**
	 * The namespace that the configuration names, or {@code null}.
	 */
	@Nullable String namespace();

	/**
	 * Make a client; does not connect yet.
	 */
	ApiServer connect();

}
