package io.github.grpck8s.benchmarks.report;

import java.util.Locale;

/**
 * Numbers as a person reads them.
 */
final class Numbers {

	private Numbers() {
	}

	/**
	 * Three digits, or more where they stand before the point.
	 */
	static String value(double number) {
		double size = Math.abs(number);
		if (number == Math.rint(number) && size < 1e9) {
			return String.format(Locale.ROOT, "%,d", (long) number);
		}
		int digits = (size >= 100) ? 0 : (size >= 10) ? 1 : (size >= 1) ? 2 : 3;
		return String.format(Locale.ROOT, "%,." + digits + "f", number);
	}

	static String ratio(double ratio) {
		return String.format(Locale.ROOT, (ratio >= 100) ? "%.0f" : (ratio < 0.1) ? "%.4f" : "%.3f", ratio);
	}

}
