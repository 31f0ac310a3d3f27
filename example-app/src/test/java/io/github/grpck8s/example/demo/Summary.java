package io.github.grpck8s.example.demo;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came of the demo.
 */
final class Summary {

	private final Map<String, Long> failures = new TreeMap<>();

	private final Map<String, Long> answers = new TreeMap<>();

	private final Map<String, Long> first = new TreeMap<>();

	private long notSent;

	private final List<Served> pods;

	/**
	 * A pod that there was.
	 *
	 * @param name its name
	 * @param host its address
	 * @param readyAt when the slice first said that it is ready, in epoch milliseconds
	 */
	record Served(String name, String host, long readyAt) {

	}

	/**
	 * Add everything up.
	 * @param seconds the client's report
	 * @param pods all pods that there were, none twice
	 */
	Summary(List<Second> seconds, List<Served> pods) {
		this.pods = pods;
		for (Second second : seconds) {
			second.failures().forEach((code, calls) -> this.failures.merge(code, calls, Long::sum));
			second.pods().forEach((pod, calls) -> this.answers.merge(pod, calls, Long::sum));
			second.first().forEach(this.first::putIfAbsent);
			this.notSent += second.notSent();
		}
	}

	/**
	 * Whether no call failed and each pod got some.
	 */
	boolean isSuccess() {
		return this.failures.isEmpty() && this.pods.stream().allMatch((pod) -> this.answers.containsKey(pod.name()));
	}

	String text() {
		long answered = sum(this.answers);
		long failed = sum(this.failures);
		StringBuilder text = new StringBuilder("Summary\n");
		text.append(format("  %,8d calls%n  %,8d failed%s%n", answered + failed, failed,
				this.failures.isEmpty() ? "" : " " + this.failures));
		if (this.notSent > 0) {
			text.append(format("  %,8d not made: the client did not keep up%n", this.notSent));
		}
		long clientStart = this.first.values().stream().mapToLong(Long::longValue).min().orElse(0);
		for (Served pod : this.pods) {
			long calls = this.answers.getOrDefault(pod.name(), 0L);
			text.append(format("  %-8s %-12s %,7d calls %5.1f %%   %s%n", pod.name(), pod.host(), calls,
					(answered > 0) ? 100.0 * calls / answered : 0,
					firstCall(pod, this.first.getOrDefault(pod.name(), 0L), clientStart)));
		}
		return text.toString();
	}

	private static String firstCall(Served pod, long first, long clientStart) {
		if (first == 0) {
			return "got no call";
		}
		if (pod.readyAt() < clientStart) {
			return "there before the client";
		}
		return format("first call answered %,d ms after it was ready", Math.max(0, first - pod.readyAt()));
	}

	private static long sum(Map<String, Long> counts) {
		return counts.values().stream().mapToLong(Long::longValue).sum();
	}

	private static String format(String format, Object... values) {
		return String.format(Locale.ROOT, format, values);
	}

}
