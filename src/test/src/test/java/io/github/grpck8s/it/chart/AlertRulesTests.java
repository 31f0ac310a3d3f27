package io.github.grpck8s.it.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.Rule;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What can be said of the chart's rules without Prometheus. {@link AlertFiringTests} lets
 * them fire, {@link MeterNamesTests} finds their meters.
 */
class AlertRulesTests {

	private static final Pattern FILLED_IN = Pattern
		.compile("\\{\\{ \\$(?:labels\\.([a-z_]+)|value \\| humanize[A-Za-z]*) }}");

	private final Monitoring monitoring = Monitoring.ofEverything();

	@Test
	void areOffUnlessAskedFor() {
		Rendered rendered = Chart.withDefaults().render();
		assertThat(rendered.all(PrometheusRule.class)).isEmpty();
		assertThat(rendered.all(PodMonitor.class)).isEmpty();
	}

	@Test
	void eachAlertSaysHowBadItIsWhatItIsAndWhatToDo() throws IOException {
		Set<String> headings = headings();
		Set<String> names = new HashSet<>();
		for (Rule alert : this.monitoring.alerts()) {
			String name = alert.getAlert();
			assertThat(names.add(name)).as("%s is there once", name).isTrue();
			assertThat(alert.getLabels()).as(name)
				.containsOnlyKeys("severity", "release")
				.containsEntry("release", "demo");
			assertThat(alert.getLabels().get("severity")).as(name).isIn("critical", "warning", "info");
			assertThat(alert.getAnnotations()).as(name).containsOnlyKeys("summary", "runbook_url");
			assertThat(alert.getAnnotations().get("summary")).as(name).hasSizeBetween(20, 120);
			assertThat(alert.getAnnotations().get("runbook_url")).as(name)
				.isEqualTo("docs/alerts.md#" + name.toLowerCase(Locale.ROOT));
			assertThat(headings).as("docs/alerts.md has a heading for").contains(name);
		}
		assertThat(names).as("alerts of docs/alerts.md").containsExactlyInAnyOrderElementsOf(headings);
	}

	@Test
	void prometheusFillsInWhatTheExpressionHas() {
		for (Rule alert : this.monitoring.alerts()) {
			String summary = alert.getAnnotations().get("summary");
			PromQl expression = PromQl.of(String.valueOf(alert.getExpr().getValue()));
			FILLED_IN.matcher(summary).results().filter((label) -> label.group(1) != null).forEach((label) -> {
				assertThat(expression.grouping()).as("%s: labels of the result", alert.getAlert())
					.contains(label.group(1));
			});
			assertThat(FILLED_IN.matcher(summary).replaceAll(""))
				.as("%s: nothing is left of a template", alert.getAlert())
				.doesNotContain("{", "}", "<no value>");
		}
	}

	@Test
	void nothingIsAskedOfOtherReleases() {
		this.monitoring.rules().forEach((rule) -> {
			String expression = String.valueOf(rule.getExpr().getValue());
			PromQl.of(expression)
				.metrics()
				.forEach((metric, labels) -> assertThat(labels).as("%s: %s", rule.getAlert(), metric)
					.contains("namespace")
					.containsAnyOf("pod", "release", "horizontalpodautoscaler", "poddisruptionbudget"));
			assertThat(expression).doesNotContain("{{").contains("namespace=\"shop\"").contains("demo");
		});
	}

	@Test
	void limitsOfTheMissionAreTheDefaults() {
		assertThat(alert("GrpcServerLatencyHigh").getFor()).isEqualTo("5m");
		assertThat(expression("GrpcServerLatencyHigh")).contains("histogram_quantile(0.99,").contains("> 0.8\n");
		assertThat(alert("GrpcServerErrors").getFor()).isEqualTo("2m");
		assertThat(expression("GrpcServerErrors")).contains("by (namespace, pod)").endsWith("> 0.05");
		assertThat(expression("GrpcServerTrafficChanged")).contains("> 0.3\n").endsWith("< -0.3");
		assertThat(alert("GrpcMemoryHigh").getFor()).isEqualTo("10m");
		assertThat(expression("GrpcMemoryHigh")).endsWith("> 0.85");
	}

	@Test
	void limitsAreValues() {
		Monitoring other = new Monitoring(Chart.with("everything").render());
		String rules = other.rules().toString();
		assertThat(rules).contains("> 0.5\n", "for=1m", "> 0.1", "for=30s", "14.4 * (1 - 0.99)", "> 0.5", "< -0.5",
				"for=3m", "> 0.9", "for=20m", "users[.]v1[.]UserService/ListUsers|users[.]v1[.]UserService/LookUpUsers",
				"https://wiki.example.org/alerts#grpcservererrors");
		assertThat(other.rendered().one(PrometheusRule.class).getMetadata().getLabels()).containsEntry("prometheus",
				"main");
		Monitoring everyMethod = new Monitoring(
				Monitoring.everything().set("observability.rules.latency.except", "null").render());
		assertThat(everyMethod.expressions().get("GrpcServerLatencyHigh")).doesNotContain("grpc_method!~");
	}

	@Test
	void fractionsOfTheCommandLineAreTakenAndNonsenseIsNot() {
		assertThat(new Monitoring(Monitoring.everything().set("observability.rules.errors.share", "0.1").render())
			.expressions()
			.get("GrpcServerErrors")).endsWith("> 0.1");
		for (String share : List.of("5", "0", "0.0", "1.0", "5%", "-0.1")) {
			assertThatIllegalStateException()
				.isThrownBy(() -> Monitoring.everything().set("observability.rules.errors.share", share).render())
				.withMessageContaining("share");
		}
	}

	@Test
	void podsAreScrapedOnceAndWithoutTheTest() {
		Rendered rendered = Chart.with("everything").render();
		PodMonitor monitor = rendered.one(PodMonitor.class);
		assertThat(monitor.getMetadata().getLabels()).containsEntry("prometheus", "main");
		assertThat(monitor.getSpec().getPodMetricsEndpoints()).singleElement().satisfies((endpoint) -> {
			assertThat(endpoint.getPath()).isEqualTo("/actuator/prometheus");
			assertThat(endpoint.getInterval()).isEqualTo("10s");
			for (String component : List.of("server", "client")) {
				assertThat(rendered.container(component).getPorts()).as(component)
					.anySatisfy((port) -> assertThat(port.getName()).isEqualTo(endpoint.getPort()));
			}
		});
		rendered.pods().forEach((component, pod) -> {
			assertThat(pod.getMetadata().getLabels()).as(component)
				.containsAllEntriesOf(monitor.getSpec().getSelector().getMatchLabels());
			assertThat(monitor.getSpec().getSelector().getMatchExpressions()).singleElement()
				.satisfies((expression) -> assertThat(expression.getValues().contains(component))
					.isEqualTo(!component.equals("test")));
			assertThat(pod.getMetadata().getAnnotations()).as("%s is not scraped a second time", component)
				.doesNotContainKey("prometheus.io/scrape");
		});
	}

	@Test
	void expressionsAreRead() {
		PromQl read = PromQl.of("""
				sum by (namespace, le) (rate(a_bucket{x=~"1|2",y!="3"}[$__rate_interval])) > 0.8
				and on (pod) b:c:d{z="(e) by (f)"} offset 5m or 0 * g_total unless up == 1""");
		assertThat(read.metrics()).containsOnlyKeys("a_bucket", "b:c:d", "g_total", "up");
		assertThat(read.metrics().get("a_bucket")).containsExactly("x", "y");
		assertThat(read.grouping()).containsExactly("namespace", "le", "pod");
	}

	private Rule alert(String name) {
		return this.monitoring.alerts()
			.stream()
			.filter((alert) -> alert.getAlert().equals(name))
			.findFirst()
			.orElseThrow();
	}

	private String expression(String name) {
		return String.valueOf(alert(name).getExpr().getValue());
	}

	private static Set<String> headings() throws IOException {
		try (Stream<String> lines = Files.lines(Chart.HOUSE.resolve("docs/alerts.md"))) {
			return lines.filter((line) -> line.startsWith("### "))
				.map((line) -> line.substring(4).strip())
				.collect(Collectors.toCollection(TreeSet::new));
		}
	}

}
