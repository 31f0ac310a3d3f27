package io.github.grpck8s.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows as a table, for a terminal or in Markdown.
 */
public final class Table {

	private static final List<String> HEAD = List.of("scenario", "figure", "rival", "rival's", "ours",
			"ratio (quartiles)", "A/A", "goal", "");

	private Table() {
	}

	/**
	 * For a terminal.
	 */
	public static String text(List<Row> rows) {
		List<List<String>> lines = new ArrayList<>();
		lines.add(HEAD);
		rows.forEach((row) -> lines.add(cells(row)));
		StringBuilder text = new StringBuilder();
		for (List<String> line : lines) {
			for (int column = 0; column < line.size(); column++) {
				int at = column;
				int width = lines.stream().mapToInt((each) -> each.get(at).length()).max().orElse(0);
				boolean number = column >= 3 && column <= 7;
				text.append(number ? " ".repeat(width - line.get(column).length()) : "")
					.append(line.get(column))
					.append(number ? "" : " ".repeat(width - line.get(column).length()))
					.append("  ");
			}
			text.setLength(text.toString().stripTrailing().length());
			text.append('\n');
		}
		return text.toString();
	}

	/**
	 * In Markdown.
	 */
	public static String markdown(List<Row> rows) {
		StringBuilder text = new StringBuilder();
		text.append("| ").append(String.join(" | ", HEAD)).append(" |\n|---|---|---|--:|--:|--:|--:|--:|---|\n");
		rows.forEach((row) -> text.append("| ").append(String.join(" | ", cells(row))).append(" |\n"));
		return text.toString();
	}

	private static List<String> cells(Row row) {
		Row.Spread quartiles = row.quartiles();
		Row.Goal goal = row.goal();
		Boolean met = row.met();
		String verdict = (met == null) ? "" : met ? "met" : "missed";
		return List.of(row.scenario(), row.figure(), row.rival(), Numbers.value(row.rivals()),
				Numbers.value(row.ours()),
				Numbers.ratio(row.ratio()) + ((quartiles.q1() == quartiles.q3()) ? "" : " (" + spread(quartiles) + ")"),
				(row.same() == null) ? "" : spread(row.same()),
				(goal == null) ? ""
						: (goal.of().equals("ours") ? "ours ≤ " + Numbers.value(goal.most())
								: "≤ " + Numbers.ratio(goal.most())),
				verdict + (verdict.isEmpty() || row.remark().isEmpty() ? "" : "; ") + row.remark());
	}

	private static String spread(Row.Spread spread) {
		return Numbers.ratio(spread.q1()) + "–" + Numbers.ratio(spread.q3());
	}

}
