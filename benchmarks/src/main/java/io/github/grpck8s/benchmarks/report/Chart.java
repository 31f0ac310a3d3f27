package io.github.grpck8s.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The ratios of a report as a picture: a bar each from 1 to the ratio, on a logarithmic
 * scale, with its quartiles, the goal and the noise.
 */
public final class Chart {

	/** Of a letter, on average, at the size of the labels. */
	private static final double LETTER = 6.5;

	private static final int WIDTH = 420;

	private static final int LINE = 24;

	private static final int TOP = 70;

	private Chart() {
	}

	/**
	 * Write.
	 * @param folder where
	 * @throws IOException if it cannot be written
	 */
	public static void write(Report report, Path folder) throws IOException {
		Files.writeString(folder.resolve(report.program() + ".svg"), svg(report));
	}

	/**
	 * The picture as text.
	 */
	static String svg(Report report) {
		List<Row> rows = report.rows();
		double least = rows.stream().mapToDouble((row) -> Math.min(row.quartiles().q1(), 0.5)).min().orElse(0.5);
		double most = rows.stream().mapToDouble((row) -> Math.max(row.quartiles().q3(), 2)).max().orElse(2);
		int left = 20 + (int) Math.ceil(LETTER * rows.stream().mapToInt((row) -> label(row).length()).max().orElse(0));
		Scale scale = new Scale(left, Math.max(least, 0.0005), Math.min(most, 1000));
		int height = TOP + rows.size() * LINE + 20;
		StringBuilder svg = new StringBuilder();
		svg.append(
				"""
						<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">
						<rect width="100%%" height="100%%" fill="white"/>
						<text x="10" y="20" font-size="15" font-weight="bold">%s</text>
						<text x="10" y="38" fill="#555">ours / rival's, logarithmic: left of the line ours needs less; whiskers: \
						quartiles, red: goal, grey: A/A</text>
						"""
					.formatted(left + WIDTH + 90, height, escape(report.program())));
		for (double tick : new double[] { 0.001, 0.01, 0.1, 0.25, 0.5, 1, 2, 4, 10, 100, 1000 }) {
			if (tick >= scale.least() && tick <= scale.most()) {
				svg.append(
						line(scale.at(tick), TOP - 8, scale.at(tick), height - 12, (tick == 1) ? "#000" : "#ddd", 1));
				svg.append("<text x=\"%.0f\" y=\"%d\" text-anchor=\"middle\" fill=\"#555\">%s</text>%n"
					.formatted(scale.at(tick), TOP - 12, Numbers.value(tick)));
			}
		}
		for (int i = 0; i < rows.size(); i++) {
			row(svg, rows.get(i), TOP + i * LINE, scale);
		}
		return svg.append("</svg>\n").toString();
	}

	private static void row(StringBuilder svg, Row row, int y, Scale scale) {
		svg.append("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n".formatted(scale.left() - 10, y + 15,
				escape(label(row))));
		Row.Spread same = row.same();
		if (same != null) {
			svg.append(bar(scale.at(same.q1()), scale.at(same.q3()), y + 2, LINE - 4, "#e0e0e0"));
		}
		svg.append(
				bar(scale.at(1), scale.at(row.ratio()), y + 6, LINE - 12, (row.ratio() > 1) ? "#d9822b" : "#2b83ba"));
		svg.append(line(scale.at(row.quartiles().q1()), y + LINE / 2, scale.at(row.quartiles().q3()), y + LINE / 2,
				"#333", 2));
		Row.Goal goal = row.goal();
		if (goal != null) {
			double most = (goal.of().equals("ours") && row.rivals() > 0) ? goal.most() / row.rivals() : goal.most();
			svg.append(line(scale.at(most), y + 1, scale.at(most), y + LINE - 1, "#c00", 2));
		}
		svg.append("<text x=\"%d\" y=\"%d\">%s</text>%n".formatted(scale.left() + WIDTH + 12, y + 15,
				Numbers.ratio(row.ratio())));
	}

	private static String label(Row row) {
		return row.scenario() + ": " + row.figure() + " beside " + row.rival();
	}

	private static String bar(double from, double to, int y, int height, String colour) {
		return String.format(Locale.ROOT, "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
				Math.min(from, to), y, Math.max(1, Math.abs(to - from)), height, colour);
	}

	private static String line(double x1, int y1, double x2, int y2, String colour, int width) {
		return String.format(Locale.ROOT,
				"<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\" stroke-width=\"%d\"/>%n", x1, y1, x2,
				y2, colour, width);
	}

	private static String escape(String text) {
		return text.replace("&", "&amp;").replace("<", "&lt;");
	}

	/**
	 * Where a ratio stands.
	 *
	 * @param left the left end, in pixels
	 * @param least the ratio at the left end
	 * @param most the ratio at the right end
	 */
	private record Scale(int left, double least, double most) {

		double at(double ratio) {
			double clamped = Math.min(Math.max(ratio, this.least), this.most);
			return this.left + WIDTH * Math.log(clamped / this.least) / Math.log(this.most / this.least);
		}

	}

}
