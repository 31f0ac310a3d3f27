package io.github.grpck8s.shutdown;

/**
 * What the drains of a process came to: how many calls ran at the moments of the last
 * one, over all its servers, and the sums of all. Safe for use by many threads.
 */
final class DrainTotals {

	private int start;

	private int goAway;

	private int end;

	private long cut;

	private long drained;

	private long nanos;

	synchronized void begun(int running) {
		this.start = running;
		this.goAway = 0;
		this.end = 0;
	}

	synchronized void wentAway(int running) {
		this.goAway += running;
	}

	synchronized void ended(int running, DrainReport report) {
		this.end += running;
		this.cut += report.cut();
		this.drained++;
		this.nanos += report.duration().toNanos();
	}

	synchronized int start() {
		return this.start;
	}

	synchronized int goAway() {
		return this.goAway;
	}

	synchronized int end() {
		return this.end;
	}

	synchronized long cut() {
		return this.cut;
	}

	synchronized long drained() {
		return this.drained;
	}

	synchronized long nanos() {
		return this.nanos;
	}

}
