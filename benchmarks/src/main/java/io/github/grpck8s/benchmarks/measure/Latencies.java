package io.github.grpck8s.benchmarks.measure;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long calls took. Has room for all of them from the start, so that it allocates
 * nothing while they are measured. Thread-safe while written; read when all writers are
 * done.
 */
public final class Latencies {

	private final long[] nanos;

	private final AtomicInteger count = new AtomicInteger();

	private boolean sorted;

	/**
	 * With room.
	 * @param most how many there can be
	 */
	public Latencies(int most) {
		this.nanos = new long[most];
	}

	/**
	 * Write one down.
	 */
	public void add(long nanoseconds) {
		this.nanos[this.count.getAndIncrement()] = nanoseconds;
	}

	/**
	 * How many were written down.
	 */
	public int count() {
		return this.count.get();
	}

	/**
	 * A percentile.
	 * @param share from 0 to 1
	 * @return nanoseconds, 0 if there are none
	 */
	public long at(double share) {
		int known = count();
		if (known == 0) {
			return 0;
		}
		if (!this.sorted) {
			Arrays.sort(this.nanos, 0, known);
			this.sorted = true;
		}
		return this.nanos[(int) Math.min(known - 1, Math.round(share * (known - 1)))];
	}

}
