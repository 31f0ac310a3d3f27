package io.github.grpck8s.example;

import java.util.Map;
import java.util.TreeMap;

import io.grpc.Status;

/**
 * Counts how calls ended. Safe for use by several threads.
 */
class Tally {

	private final Map<String, Long> pods = new TreeMap<>();

	private final Map<String, Long> failures = new TreeMap<>();

	/** Everything since the start: time of the first answer of each pod. */
	private final Map<String, Long> firstAnswers = new TreeMap<>();

	private final Map<String, Long> newPods = new TreeMap<>();

	private long heldBack;

	/**
	 * A pod answered.
	 * @param pod its name
	 * @param now epoch milliseconds
	 */
	synchronized void answered(String pod, long now) {
		this.pods.merge(pod, 1L, Long::sum);
		if (this.firstAnswers.putIfAbsent(pod, now) == null) {
			this.newPods.put(pod, now);
		}
	}

	synchronized void failed(Status.Code code) {
		this.failures.merge(code.name(), 1L, Long::sum);
	}

	/**
	 * Calls were due that were not made, because too many wait for an answer.
	 */
	synchronized void heldBack(long calls) {
		this.heldBack += calls;
	}

	/**
	 * What was counted since the last time.
	 */
	synchronized Counts take() {
		Counts counts = new Counts(new TreeMap<>(this.pods), new TreeMap<>(this.failures), new TreeMap<>(this.newPods),
				this.heldBack);
		this.pods.clear();
		this.failures.clear();
		this.newPods.clear();
		this.heldBack = 0;
		return counts;
	}

	/**
	 * How the calls of some time ended.
	 *
	 * @param pods calls that each pod answered
	 * @param failures calls that failed, by status
	 * @param first pods that answered for the first time, with the epoch milliseconds of
	 * that answer
	 * @param heldBack calls that were due and not made
	 */
	record Counts(Map<String, Long> pods, Map<String, Long> failures, Map<String, Long> first, long heldBack) {

		static final Counts NONE = new Counts(Map.of(), Map.of(), Map.of(), 0);

		long answered() {
			return sum(this.pods);
		}

		long failed() {
			return sum(this.failures);
		}

		long calls() {
			return answered() + failed();
		}

		Counts plus(Counts other) {
			return new Counts(plus(this.pods, other.pods), plus(this.failures, other.failures),
					plus(this.first, other.first), this.heldBack + other.heldBack);
		}

		private static long sum(Map<String, Long> counts) {
			return counts.values().stream().mapToLong(Long::longValue).sum();
		}

		private static Map<String, Long> plus(Map<String, Long> one, Map<String, Long> other) {
			Map<String, Long> both = new TreeMap<>(one);
			other.forEach((key, value) -> both.merge(key, value, Long::sum));
			return both;
		}

	}

}
