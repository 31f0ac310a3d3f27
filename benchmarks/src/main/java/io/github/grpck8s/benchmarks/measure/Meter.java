package io.github.grpck8s.benchmarks.measure;

/**
 * What this process uses from one moment to another. Not thread-safe.
 */
public final class Meter {

	private final Allocation allocation = new Allocation();

	private final Cpu cpu = Cpu.own();

	private long bytesBefore;

	private long cpuBefore;

	private long start;

	/**
	 * Begin.
	 */
	public void begin() {
		this.cpuBefore = this.cpu.nanos();
		this.bytesBefore = this.allocation.bytes();
		this.start = System.nanoTime();
	}

	/**
	 * End.
	 * @param latencies how long each of the calls took, in nanoseconds
	 * @param failed how many more failed
	 * @return what was used since the beginning
	 */
	public Usage end(Latencies latencies, long failed) {
		long nanos = System.nanoTime() - this.start;
		long bytes = this.allocation.bytes() - this.bytesBefore;
		long used = this.cpu.nanos() - this.cpuBefore;
		return new Usage(latencies.count(), bytes, used, nanos, latencies.at(0.5), latencies.at(0.99), failed);
	}

}
