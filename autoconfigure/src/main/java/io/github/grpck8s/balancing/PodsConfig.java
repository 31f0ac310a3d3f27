package io.github.grpck8s.balancing;

import java.util.concurrent.TimeUnit;

/**
 * How the pods are warmed up and how many connections each may have.
 *
 * @param maxConnectionsPerPod most connections to one pod, 1 to 16
 * @param maxConcurrentStreams calls that a server lets one connection have open, at least
 * 1; gRPC does not tell what the server said
 * @param connectionQuietNanos time with few calls after which a connection too many is
 * closed, positive
 * @param warmUpShare share of the pods that must be connected before the first calls go
 * out, 0 to 1
 * @param warmUpNanos longest wait for that share after the first connection, 0 for none
 */
record PodsConfig(int maxConnectionsPerPod, int maxConcurrentStreams, long connectionQuietNanos, double warmUpShare,
		long warmUpNanos) {

	static final PodsConfig DEFAULT = new PodsConfig(4, 200, TimeUnit.SECONDS.toNanos(30), 0.7,
			TimeUnit.MILLISECONDS.toNanos(500));

	PodsConfig {
		if (maxConnectionsPerPod < 1 || maxConnectionsPerPod > 16) {
			throw PolicyConfig.bad("maxConnectionsPerPod", "must be from 1 to 16", maxConnectionsPerPod);
		}
		if (maxConcurrentStreams < 1) {
			throw PolicyConfig.bad("maxConcurrentStreams", "must be at least 1", maxConcurrentStreams);
		}
		if (connectionQuietNanos <= 0) {
			throw PolicyConfig.bad("connectionQuietTime", "must be positive", connectionQuietNanos + " ns");
		}
		if (!(warmUpShare >= 0 && warmUpShare <= 1)) {
			throw PolicyConfig.bad("warmUpShare", "must be from 0 to 1", warmUpShare);
		}
		if (warmUpNanos < 0) {
			throw PolicyConfig.bad("warmUpTimeout", "must not be negative", warmUpNanos + " ns");
		}
	}

	/**
	 * From how many calls on every connection another one is opened.
	 * @return four fifths of the limit (R70), at least 1
	 */
	int busy() {
		return Math.max(1, (int) (this.maxConcurrentStreams * 0.8));
	}

	/**
	 * From how many calls a connection is passed over. A little under the limit: calls
	 * that are picked at the same instant by several threads do not see each other.
	 * @return nineteen twentieths of the limit, at least 1
	 */
	int full() {
		return Math.max(1, Math.min(this.maxConcurrentStreams - 1, (int) (this.maxConcurrentStreams * 0.95)));
	}

}
