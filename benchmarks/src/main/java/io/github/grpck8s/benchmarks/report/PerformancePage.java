package io.github.grpck8s.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.grpck8s.benchmarks.Benchmarks;

/**
 * The part of {@code docs/performance.md} that is made of the results.
 */
public final class PerformancePage {

	private static final String BEGIN = "<!-- results: made by the programs, not by hand -->\n";

	private PerformancePage() {
	}

	/**
	 * Write the part anew.
	 * @param page the page
	 * @param results the folder of the results
	 * @throws IOException if one cannot be read or written
	 */
	public static void update(Path page, Path results) throws IOException {
		Files.writeString(page, updated(Files.readString(page), results));
	}

	/**
	 * The page as it should be.
	 * @throws IOException if the results cannot be read
	 */
	public static String updated(String page, Path results) throws IOException {
		int begin = page.indexOf(BEGIN);
		if (begin < 0) {
			throw new IllegalArgumentException("No line " + BEGIN);
		}
		StringBuilder text = new StringBuilder(page.substring(0, begin)).append(BEGIN);
		for (Report report : JsonFile.read(results, Benchmarks.names())) {
			append(text, report);
		}
		return text.toString();
	}

	private static void append(StringBuilder text, Report report) {
		text.append("\n## ").append(report.program()).append("\n\n").append(report.claim()).append("\n\n");
		text.append(Table.markdown(report.rows()));
		for (String missing : report.missing()) {
			text.append("\nNot there: ").append(missing).append('\n');
		}
		text.append("\n![").append(report.program()).append("](../benchmarks/results/").append(report.program());
		text.append(".svg)\n\n").append(report.date()).append(", ").append(report.rounds()).append(" rounds, ");
		text.append(report.seconds()).append(" s. ").append(words(report.machine())).append(". ");
		text.append(words(report.versions())).append(".\n");
	}

	private static String words(Map<String, String> values) {
		return values.entrySet()
			.stream()
			.map((each) -> List.of("jdk", "os", "cpu").contains(each.getKey()) ? each.getValue()
					: each.getKey() + " " + each.getValue())
			.collect(Collectors.joining(", "));
	}

}
