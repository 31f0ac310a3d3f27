package io.github.grpck8s.benchmarks.measure;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The middle of what was measured.
 *
 * @param q1 a quarter of the values is smaller
 * @param median half of the values are smaller
 * @param q3 a quarter of the values is greater
 */
public record Quartiles(double q1, double median, double q3) {

	/**
	 * Of some values.
	 * @param values the values, at least one
	 */
	public static Quartiles of(double... values) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		return new Quartiles(at(sorted, 0.25), at(sorted, 0.5), at(sorted, 0.75));
	}

	/**
	 * Of the ratios of two arms, round by round: what slows a round down slows both.
	 * @param above the arm above the line
	 * @param below the arm below the line, with as many rounds
	 */
	public static Quartiles ofRatios(List<Double> above, List<Double> below) {
		return of(IntStream.range(0, Math.min(above.size(), below.size()))
			.mapToDouble((round) -> ratio(above.get(round), below.get(round)))
			.toArray());
	}

	/**
	 * A ratio that is always a number, because JSON has no other.
	 */
	static double ratio(double above, double below) {
		return (above == below) ? 1 : (below == 0) ? 1000 : above / below;
	}

	/**
	 * A share of sorted values, interpolated.
	 * @param sorted the values, at least one
	 * @param share from 0 to 1
	 */
	public static double at(double[] sorted, double share) {
		double place = share * (sorted.length - 1);
		int low = (int) place;
		int high = Math.min(low + 1, sorted.length - 1);
		return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
	}

}
