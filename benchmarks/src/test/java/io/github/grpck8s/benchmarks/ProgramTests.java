package io.github.grpck8s.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.github.grpck8s.benchmarks.report.Chart;
import io.github.grpck8s.benchmarks.report.JsonFile;
import io.github.grpck8s.benchmarks.report.Report;
import io.github.grpck8s.benchmarks.report.Row;
import io.github.grpck8s.benchmarks.report.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every program runs, with so little to do that its figures mean nothing.
 */
class ProgramTests {

	@TempDir
	@SuppressWarnings("NullAway.Init")
	private Path results;

	static List<String> names() {
		return Benchmarks.names();
	}

	@Execution(ExecutionMode.CONCURRENT)
	@ParameterizedTest
	@MethodSource("names")
	void runsAndWritesARatioForEachRow(String name) throws Exception {
		Program program = Benchmarks.PROGRAMS.stream()
			.filter((each) -> each.name().equals(name))
			.findFirst()
			.orElseThrow();
		Report report = Benchmarks.measure(program, Effort.smokeTest());
		JsonFile.write(report, this.results);
		Chart.write(report, this.results);
		System.out.println(Table.text(report.rows()));
		assertThat(report.rows()).as("rows, not here: %s", report.missing()).isNotEmpty().allSatisfy((row) -> {
			assertThat(row.ratio()).as("%s", row).isFinite().isNotNegative();
			assertThat(row.quartiles().q1()).as("%s", row).isFinite();
		});
		List<Report> read = JsonFile.read(this.results, List.of(name));
		assertThat(read).containsExactly(report);
		assertThat(Files.readString(this.results.resolve(name + ".json"))).contains("\"ratio\" : ");
		assertThat(Files.readString(this.results.resolve(name + ".svg"))).startsWith("<svg").endsWith("</svg>\n");
	}

	@Test
	void eachNameAndRowIsThereOnce() {
		assertThat(names()).doesNotHaveDuplicates();
	}

	@Test
	void resultsThatAreCommittedNameNoPlaceAndNoHost() throws Exception {
		for (Report report : JsonFile.read(Path.of("results"), names())) {
			assertThat(names()).contains(report.program());
			assertThat(report.machine()).containsOnlyKeys("cores", "memory", "cpu", "os", "jdk");
			assertThat(report.rows()).extracting(Row::ratio).allSatisfy((ratio) -> assertThat(ratio).isFinite());
		}
	}

}
