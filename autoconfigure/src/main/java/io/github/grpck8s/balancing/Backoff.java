package io.github.grpck8s.balancing;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before a connection that failed is tried again: the numbers of gRPC (1
 * s, then 1.6 times as long, at most 2 min, each ±20 %).
 *
 * @see <a href=
 * "https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md">connection
 * backoff</a>
 */
final class Backoff {

	private static final double FIRST = TimeUnit.SECONDS.toNanos(1);

	private static final double LONGEST = TimeUnit.MINUTES.toNanos(2);

	private final DoubleSupplier chance;

	private double next = FIRST;

	Backoff() {
		this(() -> ThreadLocalRandom.current().nextDouble());
	}

	/**
	 * Create a backoff.
	 * @param chance numbers from 0 to 1
	 */
	Backoff(DoubleSupplier chance) {
		this.chance = chance;
	}

	long nextNanos() {
		double current = this.next;
		this.next = Math.min(current * 1.6, LONGEST);
		return Math.round(current * (0.8 + 0.4 * this.chance.getAsDouble()));
	}

	void reset() {
		this.next = FIRST;
	}

}
