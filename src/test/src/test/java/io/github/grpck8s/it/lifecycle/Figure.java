package io.github.grpck8s.it.lifecycle;

import io.github.grpck8s.it.cluster.Figures;

/**
 * How much is counted, and what came of it.
 */
final class Figure {

	/** Set by the Maven profile {@code cluster}. */
	private static final boolean FULL = Boolean.getBoolean("grpc-k8s.full-counts");

	private Figure() {
	}

	/**
	 * How many.
	 * @param inEveryBuild what shows that it works
	 * @param full what was promised
	 */
	static int count(int inEveryBuild, int full) {
		return FULL ? full : inEveryBuild;
	}

	static void print(String format, Object... values) {
		if (FULL) {
			Figures.print(format, values);
		}
		else {
			SigtermTests.say(format, values);
		}
	}

}
