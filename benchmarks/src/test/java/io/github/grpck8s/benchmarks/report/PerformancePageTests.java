package io.github.grpck8s.benchmarks.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PerformancePageTests {

	@Test
	void thePageShowsTheResultsThatAreCommitted() throws Exception {
		Path page = Path.of("../docs/performance.md");
		String expected = PerformancePage.updated(Files.readString(page), Path.of("results"));
		if (Boolean.getBoolean("docs.update")) {
			Files.writeString(page, expected);
		}
		assertThat(Files.readString(page))
			.as("docs/performance.md is made of benchmarks/results: add -Ddocs.update=true")
			.isEqualTo(expected);
	}

	@Test
	void thePicturesShowTheResultsThatAreCommitted() throws Exception {
		Path results = Path.of("results");
		List<Report> reports = JsonFile.read(results, List.of());
		assertThat(reports).isNotEmpty();
		for (Report report : reports) {
			Path picture = results.resolve(report.program() + ".svg");
			if (Boolean.getBoolean("docs.update")) {
				Chart.write(report, results);
			}
			assertThat(Files.readString(picture)).as("%s is made of its JSON: add -Ddocs.update=true", picture)
				.isEqualTo(Chart.svg(report));
		}
	}

}
