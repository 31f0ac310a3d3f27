package io.github.grpck8s.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

import io.github.grpck8s.benchmarks.programs.CallOverhead;
import io.github.grpck8s.benchmarks.programs.ColdStart;
import io.github.grpck8s.benchmarks.programs.EndpointChange;
import io.github.grpck8s.benchmarks.programs.EventLatency;
import io.github.grpck8s.benchmarks.programs.Pick;
import io.github.grpck8s.benchmarks.programs.ProbeLoad;
import io.github.grpck8s.benchmarks.programs.ProxyHop;
import io.github.grpck8s.benchmarks.programs.RollingRestart;
import io.github.grpck8s.benchmarks.programs.RoomOverhead;
import io.github.grpck8s.benchmarks.programs.Scale;
import io.github.grpck8s.benchmarks.programs.Spread;
import io.github.grpck8s.benchmarks.programs.StartUp;
import io.github.grpck8s.benchmarks.report.Chart;
import io.github.grpck8s.benchmarks.report.JsonFile;
import io.github.grpck8s.benchmarks.report.Machine;
import io.github.grpck8s.benchmarks.report.PerformancePage;
import io.github.grpck8s.benchmarks.report.Report;
import io.github.grpck8s.benchmarks.report.Table;

/**
 * Runs the programs, one after the other, and writes what they measured.
 */
public final class Benchmarks {

	/**
	 * All programs, in the order of the page.
	 */
	public static final List<Program> PROGRAMS = List.of(new CallOverhead(), new RoomOverhead(), new EndpointChange(),
			new EventLatency(), new ColdStart(), new RollingRestart(), new Spread(), new Pick(), new Scale(),
			new ProbeLoad(), new ProxyHop(), new StartUp());

	private Benchmarks() {
	}

	/**
	 * Run. System properties: {@code program} (names with commas, all if empty),
	 * {@code rounds}, {@code results} (the folder to write to).
	 * @param args none
	 * @throws IOException if results cannot be written
	 */
	public static void main(String[] args) throws IOException {
		List<Program> chosen = choose(System.getProperty("program", ""));
		String rounds = System.getProperty("rounds", "");
		Effort effort = Effort.measurement(rounds.isEmpty() ? 0 : Integer.parseInt(rounds));
		Path results = Path.of(System.getProperty("results", "results"));
		Files.createDirectories(results);
		Duration all = chosen.stream().map((program) -> program.takes(effort)).reduce(Duration.ZERO, Duration::plus);
		say("%d programs, about %s in all. Leave the machine alone meanwhile.".formatted(chosen.size(), minutes(all)));
		List<String> failed = new ArrayList<>();
		for (Program program : chosen) {
			say("%n== %s, about %s%n%s%n".formatted(program.name(), minutes(program.takes(effort)), program.claim()));
			try {
				Report report = measure(program, effort);
				say(Table.text(report.rows()));
				report.missing().forEach((rival) -> say("Not here: " + rival));
				say("It took %s.".formatted(minutes(Duration.ofSeconds(report.seconds()))));
				JsonFile.write(report, results);
				Chart.write(report, results);
			}
			catch (Exception ex) {
				ex.printStackTrace();
				failed.add(program.name());
			}
		}
		Path page = results.toAbsolutePath().resolve("../../docs/performance.md").normalize();
		if (Files.exists(page)) {
			PerformancePage.update(page, results);
		}
		if (!failed.isEmpty()) {
			say("Failed: " + failed);
		}
		System.exit(failed.isEmpty() ? 0 : 1);
	}

	/**
	 * Run one program.
	 * @throws Exception if it cannot be measured
	 */
	static Report measure(Program program, Effort effort) throws Exception {
		long start = System.nanoTime();
		Report report = program.run(effort);
		return report.by(program.name(), program.claim(), LocalDate.now(ZoneOffset.UTC).toString(),
				Duration.ofNanos(System.nanoTime() - start).toSeconds(), Machine.describe(), Machine.versions());
	}

	/**
	 * The names of all programs.
	 */
	public static List<String> names() {
		return PROGRAMS.stream().map(Program::name).toList();
	}

	private static List<Program> choose(String names) {
		if (names.isEmpty()) {
			return PROGRAMS;
		}
		List<Program> chosen = new ArrayList<>();
		for (String name : names.split(",")) {
			chosen.add(PROGRAMS.stream()
				.filter((program) -> program.name().equals(name))
				.findFirst()
				.orElseThrow(() -> new IllegalArgumentException(
						"There is no program '" + name + "': choose of " + names())));
		}
		return chosen;
	}

	private static String minutes(Duration time) {
		return (time.toSeconds() < 100) ? time.toSeconds() + " s" : Math.round(time.toSeconds() / 60.0) + " min";
	}

	private static void say(String text) {
		System.out.println(text);
	}

}
