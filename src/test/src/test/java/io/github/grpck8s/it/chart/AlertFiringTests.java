package io.github.grpck8s.it.chart;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.Rule;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each alert fires beyond its limit and keeps still before it, says {@code promtool}. It
 * is Prometheus' own and no part of a JDK: hence among the tests of the profile
 * {@code cluster}.
 */
@Tag("cluster")
class AlertFiringTests {

	private static final Pattern FIRES = Pattern.compile("alertname: (\\w+)\n\\s+exp_alerts:\n");

	private static final Pattern STILL = Pattern
		.compile("alertname: (\\w+), exp_alerts: \\[]|alertname=\"(\\w+)\".*exp_samples: \\[]");

	@TempDir
	Path folder = Path.of("");

	@ParameterizedTest
	@ValueSource(strings = { "server", "hours", "client", "resources" })
	void firesBeyondItsLimitAndKeepsStillBefore(String scenarios) throws Exception {
		write(Monitoring.everything());
		Result result = promtool("test", "rules", scenario(scenarios));
		assertThat(result.exit()).as(result.output()).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "observability.rules.latency.p99, 0.95, server, GrpcServerLatencyHigh",
			"observability.rules.errors.share, 0.07, server, GrpcServerErrors",
			"observability.rules.errors.share, 0.04, server, GrpcServerErrors",
			"observability.rules.errors.for, 3m, server, GrpcServerErrors",
			"observability.rules.errors.objective, 0.9, hours, GrpcServerErrorBudgetBurns",
			"observability.rules.traffic.change, 0.5, hours, GrpcServerTrafficChanged",
			"observability.rules.traffic.change, 0.25, hours, GrpcServerTrafficChanged",
			"observability.rules.memory.share, 0.9, resources, GrpcMemoryHigh",
			"observability.rules.memory.for, 1m, resources, GrpcMemoryHigh" })
	void anotherLimitIsSeen(String value, String limit, String scenarios, String alert) throws Exception {
		write(Monitoring.everything().set(value, limit));
		Result result = promtool("test", "rules", scenario(scenarios));
		assertThat(result.exit()).as(result.output()).isNotZero();
		assertThat(result.output()).contains("FAILED").contains(alert);
	}

	@Test
	void everyAlertIsTriedOnBothSides() throws IOException {
		Set<String> fires = new TreeSet<>();
		Set<String> still = new TreeSet<>();
		for (String scenarios : List.of("server", "hours", "client", "resources")) {
			String text = Files.readString(source(scenarios));
			FIRES.matcher(text).results().forEach((match) -> fires.add(match.group(1)));
			STILL.matcher(text)
				.results()
				.forEach((match) -> still.add(Objects.requireNonNullElseGet(match.group(1), () -> match.group(2))));
		}
		Set<String> alerts = Monitoring.ofEverything()
			.alerts()
			.stream()
			.map(Rule::getAlert)
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(fires).isEqualTo(alerts);
		assertThat(still).isEqualTo(alerts);
	}

	@ParameterizedTest
	@ValueSource(strings = { "defaults", "names", "everything" })
	void rulesAreThoseOfPrometheus(String values) throws Exception {
		write(Chart.with(values).set("observability.rules.enabled", true));
		Result result = promtool("check", "rules", "rules.yaml");
		assertThat(result.exit()).as(result.output()).isZero();
		assertThat(result.output()).contains("SUCCESS");
	}

	@Test
	void expressionsOfTheDashboardAreThoseOfPrometheus() throws Exception {
		List<String> rules = new ArrayList<>();
		Monitoring.ofEverything().panels().forEach((panel) -> panel.path("targets").forEach((target) -> {
			String expression = target.path("expr").asText().replace("$__rate_interval", "1m");
			rules.add("  - record: panel:" + rules.size() + "\n    expr: '" + expression.replace("'", "''") + "'\n");
		}));
		Files.writeString(this.folder.resolve("panels.yaml"),
				"groups:\n- name: panels\n  rules:\n" + String.join("", rules));
		Result result = promtool("check", "rules", "panels.yaml");
		assertThat(result.exit()).as(result.output()).isZero();
		assertThat(result.output()).contains("SUCCESS: " + rules.size() + " rules found");
	}

	private void write(Chart chart) throws IOException {
		Files.writeString(this.folder.resolve("rules.yaml"),
				Serialization.asYaml(chart.render().one(PrometheusRule.class).getSpec()));
	}

	private static Path source(String scenarios) {
		return Chart.HOUSE.resolve("src/test/src/test/resources/alerts/" + scenarios + ".yaml");
	}

	private String scenario(String scenarios) throws IOException {
		Files.copy(source(scenarios), this.folder.resolve(scenarios + ".yaml"));
		return scenarios + ".yaml";
	}

	private Result promtool(String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of("promtool"));
		command.addAll(List.of(arguments));
		File output = this.folder.resolve("output").toFile();
		Process process;
		try {
			process = new ProcessBuilder(command).directory(this.folder.toFile())
				.redirectErrorStream(true)
				.redirectOutput(output)
				.start();
		}
		catch (IOException ex) {
			throw new IllegalStateException(
					"No promtool on the PATH: install Prometheus (Debian: apt-get install --no-install-recommends prometheus)",
					ex);
		}
		boolean ended = process.waitFor(5, TimeUnit.MINUTES);
		if (!ended) {
			process.destroyForcibly();
		}
		String said = Files.readString(output.toPath());
		assertThat(ended).as("ended: %s", said).isTrue();
		return new Result(process.exitValue(), said);
	}

	private record Result(int exit, String output) {
	}

}
