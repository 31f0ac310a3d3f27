package io.github.grpck8s.benchmarks.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a program measured.
 *
 * @param program its name
 * @param claim what is claimed
 * @param date the day, in UTC
 * @param rounds rounds of each arm
 * @param seconds how long it took
 * @param machine what machine it was
 * @param versions versions of what was measured
 * @param rows the comparisons
 * @param missing rivals that were not there, each with the command that installs it
 */
public record Report(String program, String claim, String date, int rounds, long seconds, Map<String, String> machine,
		Map<String, String> versions, List<Row> rows, List<String> missing) {

	/**
	 * What was measured; the rest is filled in by who ran the program.
	 */
	public static Report of(int rounds, List<Row> rows) {
		return of(rounds, rows, List.of());
	}

	/**
	 * What was measured, and what could not be; the rest is filled in by who ran the
	 * program.
	 */
	public static Report of(int rounds, List<Row> rows, List<String> missing) {
		return new Report("", "", "", rounds, 0, Map.of(), Map.of(), List.copyOf(rows), List.copyOf(missing));
	}

	/**
	 * Add versions of what stands on no class path.
	 */
	public Report with(Map<String, String> more) {
		return new Report(this.program, this.claim, this.date, this.rounds, this.seconds, this.machine, more, this.rows,
				this.missing);
	}

	/**
	 * Fill in the rest.
	 */
	public Report by(String name, String claimed, String day, long took, Map<String, String> where,
			Map<String, String> what) {
		Map<String, String> all = new LinkedHashMap<>(what);
		all.putAll(this.versions);
		return new Report(name, claimed, day, this.rounds, took, where, all, this.rows, this.missing);
	}

}
