package io.github.grpck8s.benchmarks.report;

import java.nio.file.Files;
import java.nio.file.Path;

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

}
