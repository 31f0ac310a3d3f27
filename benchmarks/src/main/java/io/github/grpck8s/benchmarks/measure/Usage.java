package io.github.grpck8s.benchmarks.measure;

/**
 * What a process used while it made calls.
 *
 * @param calls how many
 * @param bytes bytes allocated by all its threads
 * @param cpu CPU time of all its threads, those of the JVM included, in nanoseconds
 * @param nanos how long it took, in nanoseconds
 * @param p50 the median of the calls' times, in nanoseconds
 * @param p99 the 99th percentile of the calls' times, in nanoseconds
 * @param failed how many calls failed
 */
public record Usage(long calls, long bytes, long cpu, long nanos, long p50, long p99, long failed) {

	/**
	 * Read what {@link #toString()} wrote.
	 */
	public static Usage parse(String text) {
		String[] parts = text.split(" ");
		long[] numbers = new long[7];
		for (int i = 0; i < numbers.length; i++) {
			numbers[i] = Long.parseLong(parts[i]);
		}
		return new Usage(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]);
	}

	/**
	 * Bytes allocated for one call.
	 */
	public double bytesPerCall() {
		return (double) this.bytes / this.calls;
	}

	/**
	 * CPU time of one call in microseconds.
	 */
	public double cpuPerCall() {
		return this.cpu / 1000.0 / this.calls;
	}

	/**
	 * Calls in one second.
	 */
	public double callsPerSecond() {
		return this.calls * 1e9 / this.nanos;
	}

	@Override
	public String toString() {
		return this.calls + " " + this.bytes + " " + this.cpu + " " + this.nanos + " " + this.p50 + " " + this.p99 + " "
				+ this.failed;
	}

}
