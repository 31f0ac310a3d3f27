package io.github.grpck8s.resilience;

import java.time.Duration;
import java.util.Locale;

/**
 * A duration in the JSON form of protobuf: seconds with a fraction of three, six or nine
 * digits, never fewer. A fraction without its leading zeros is read as ten times as long.
 */
final class ServiceConfigDuration {

	private ServiceConfigDuration() {
	}

	/**
	 * Write a duration.
	 * @param duration zero or more
	 * @return for example {@code 0.050s}
	 */
	static String format(Duration duration) {
		int nanos = duration.getNano();
		if (nanos == 0) {
			return duration.getSeconds() + "s";
		}
		if (nanos % 1_000_000 == 0) {
			return String.format(Locale.ROOT, "%d.%03ds", duration.getSeconds(), nanos / 1_000_000);
		}
		if (nanos % 1_000 == 0) {
			return String.format(Locale.ROOT, "%d.%06ds", duration.getSeconds(), nanos / 1_000);
		}
		return String.format(Locale.ROOT, "%d.%09ds", duration.getSeconds(), nanos);
	}

}
