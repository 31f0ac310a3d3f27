package io.github.grpck8s.benchmarks.report;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.github.grpck8s.benchmarks.measure.Quartiles;
import org.jspecify.annotations.Nullable;

/**
 * One comparison.
 *
 * @param scenario what was done
 * @param figure what was measured, with its unit
 * @param rival beside what
 * @param rivals the rival's median
 * @param ours our median
 * @param ratio the median of ours / rival's, round by round; below 1 ours needs less
 * @param quartiles the quartiles of these ratios
 * @param same the quartiles of the ratios of an arm and its twin, so of noise alone;
 * {@code null} where there is no twin
 * @param goal what was promised, or {@code null} for nothing
 * @param remark what else to know, may be empty
 */
public record Row(String scenario, String figure, String rival, double rivals, double ours, double ratio,
		Spread quartiles, @Nullable Spread same, @Nullable Goal goal, String remark) {

	/**
	 * From where to where the middle half of the ratios goes.
	 *
	 * @param q1 a quarter is smaller
	 * @param q3 a quarter is greater
	 */
	public record Spread(double q1, double q3) {
	}

	/**
	 * What was promised.
	 *
	 * @param most the greatest value that keeps the promise
	 * @param of whose value: {@code ratio}, or {@code ours} without regard to the rival
	 */
	public record Goal(double most, String of) {
	}

	/**
	 * Compare what two arms measured, round by round.
	 * @param scenario what was done
	 * @param figure what was measured, with its unit
	 * @param rival the name of the rival
	 * @param rivals what the rival measured
	 * @param ours what we measured, in the same rounds
	 */
	public static Row of(String scenario, String figure, String rival, List<Double> rivals, List<Double> ours) {
		Quartiles ratios = Quartiles.ofRatios(ours, rivals);
		return new Row(scenario, figure, rival, median(rivals), median(ours), ratios.median(),
				new Spread(ratios.q1(), ratios.q3()), null, null, "");
	}

	/**
	 * Compare two values that are counted and do not vary.
	 */
	public static Row exact(String scenario, String figure, String rival, double rivals, double ours) {
		return of(scenario, figure, rival, List.of(rivals), List.of(ours));
	}

	private static double median(List<Double> values) {
		return Quartiles.of(values.stream().mapToDouble(Double::doubleValue).toArray()).median();
	}

	/**
	 * Say how far two equal arms were apart.
	 * @param one what an arm measured
	 * @param twin what its twin measured
	 */
	public Row noise(List<Double> one, List<Double> twin) {
		Quartiles ratios = Quartiles.ofRatios(twin, one);
		return new Row(this.scenario, this.figure, this.rival, this.rivals, this.ours, this.ratio, this.quartiles,
				new Spread(ratios.q1(), ratios.q3()), this.goal, this.remark);
	}

	/**
	 * Promise a ratio.
	 * @param most the greatest ratio that keeps the promise
	 */
	public Row goal(double most) {
		return goal(new Goal(most, "ratio"));
	}

	/**
	 * Promise a value of ours.
	 * @param most the greatest value that keeps the promise
	 */
	public Row limit(double most) {
		return goal(new Goal(most, "ours"));
	}

	private Row goal(Goal promised) {
		return new Row(this.scenario, this.figure, this.rival, this.rivals, this.ours, this.ratio, this.quartiles,
				this.same, promised, this.remark);
	}

	/**
	 * Call the rival otherwise.
	 */
	public Row beside(String name) {
		return new Row(this.scenario, this.figure, name, this.rivals, this.ours, this.ratio, this.quartiles, this.same,
				this.goal, this.remark);
	}

	/**
	 * Add a remark.
	 */
	public Row remark(String text) {
		return new Row(this.scenario, this.figure, this.rival, this.rivals, this.ours, this.ratio, this.quartiles,
				this.same, this.goal, text);
	}

	/**
	 * Whether the promise was kept, by the medians.
	 * @return {@code null} where nothing was promised
	 */
	@JsonIgnore
	public @Nullable Boolean met() {
		return (this.goal == null) ? null
				: (this.goal.of().equals("ours") ? this.ours : this.ratio) <= this.goal.most();
	}

}
