package io.github.grpck8s.example;

import java.util.Locale;

/**
 * How the counts look to a person.
 */
final class Table {

	private Table() {
	}

	/**
	 * One line for one second.
	 * @param second seconds since the start
	 * @param counts what was counted in it
	 */
	static String line(long second, Tally.Counts counts) {
		StringBuilder line = new StringBuilder(
				String.format(Locale.ROOT, "%5d s %6d calls %5d failed  |", second, counts.calls(), counts.failed()));
		counts.pods().forEach((pod, calls) -> line.append(String.format(Locale.ROOT, "  %s %d", pod, calls)));
		counts.failures().forEach((code, calls) -> line.append(String.format(Locale.ROOT, "  %s %d", code, calls)));
		if (counts.heldBack() > 0) {
			line.append(String.format(Locale.ROOT, "  not sent %d", counts.heldBack()));
		}
		return line.toString();
	}

	/**
	 * What is said at the end.
	 * @param started epoch milliseconds of the first call
	 * @param whole everything that was counted
	 */
	static String summary(long started, Tally.Counts whole) {
		StringBuilder summary = new StringBuilder(
				String.format(Locale.ROOT, "%d calls, %d failed", whole.calls(), whole.failed()));
		whole.failures().forEach((code, calls) -> summary.append(String.format(Locale.ROOT, "%n  %s %d", code, calls)));
		whole.pods()
			.forEach((pod, calls) -> summary.append(String.format(Locale.ROOT,
					"%n  %s answered %d (%.1f %%), first after %.3f s", pod, calls, 100.0 * calls / whole.answered(),
					(whole.first().getOrDefault(pod, started) - started) / 1000.0)));
		return summary.toString();
	}

}
