package io.github.grpck8s.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * Reports as files, one of a program.
 */
public final class JsonFile {

	private static final ObjectMapper JSON = new ObjectMapper()
		.setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

	private JsonFile() {
	}

	/**
	 * Write.
	 * @param folder where
	 * @throws IOException if it cannot be written
	 */
	public static void write(Report report, Path folder) throws IOException {
		DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
		printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
		Files.writeString(folder.resolve(report.program() + ".json"),
				JSON.writer(printer).writeValueAsString(report) + "\n");
	}

	/**
	 * Read all.
	 * @param folder where
	 * @param order the names of the programs in the order in which they are wanted
	 * @throws IOException if one cannot be read
	 */
	public static List<Report> read(Path folder, List<String> order) throws IOException {
		List<Report> reports = new ArrayList<>();
		if (!Files.isDirectory(folder)) {
			return reports;
		}
		try (Stream<Path> files = Files.list(folder)) {
			for (Path file : files.filter((each) -> each.toString().endsWith(".json")).toList()) {
				reports.add(JSON.readValue(file.toFile(), Report.class));
			}
		}
		reports.sort(Comparator.comparingInt((report) -> order.indexOf(report.program())));
		return reports;
	}

}
