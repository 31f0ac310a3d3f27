package io.github.grpck8s.it.chart;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The dashboard is one that any Grafana can show.
 */
class DashboardTests {

	private final Monitoring monitoring = Monitoring.ofEverything();

	@Test
	void isOffUnlessAskedForAndCarriesTheSidecarsLabel() {
		assertThat(Chart.withDefaults().render().all(ConfigMap.class)).extracting((map) -> map.getMetadata().getName())
			.noneMatch((name) -> name.endsWith("-dashboard"));
		ConfigMap map = this.monitoring.rendered().one(ConfigMap.class, "monitoring");
		assertThat(map.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
		assertThat(map.getData()).containsOnlyKeys("demo-example-app.json");
		ConfigMap other = Chart.with("everything").render().one(ConfigMap.class, "monitoring");
		assertThat(other.getMetadata().getLabels()).containsEntry("dashboards", "yes");
		assertThat(other.getMetadata().getAnnotations()).containsEntry("grafana_folder", "gRPC");
	}

	@Test
	void belongsToTheReleaseAndToNoGrafana() {
		JsonNode dashboard = this.monitoring.dashboard();
		assertThat(dashboard.path("title").asText()).isEqualTo("gRPC: demo-example-app in shop");
		assertThat(dashboard.path("id").isNull()).as("the database's id is Grafana's own").isTrue();
		assertThat(dashboard.has("uid")).as("two releases may have theirs side by side").isFalse();
		assertThat(dashboard.toString()).doesNotContain("@NAME@", "@NAMESPACE@", "{{ .", "{{-");
		JsonNode variables = dashboard.path("templating").path("list");
		assertThat(texts(variables, "name")).containsExactly("datasource", "namespace", "service", "client");
		assertThat(variables.get(0).path("type").asText()).isEqualTo("datasource");
		assertThat(variables.get(1).path("current").path("value").asText()).isEqualTo("shop");
		assertThat(variables.get(2).path("current").path("value").asText()).isEqualTo("demo-example-app-server");
		assertThat(variables.get(3).path("current").path("value").asText()).isEqualTo("demo-example-app-client");
	}

	@Test
	void everyPanelSaysWhatItShowsAndAsksTheChosenDataSource() {
		for (JsonNode panel : this.monitoring.panels()) {
			String title = panel.path("title").asText();
			assertThat(title).isNotBlank();
			assertThat(panel.path("description").asText()).as(title).isNotBlank();
			assertThat(panel.path("fieldConfig").path("defaults").path("unit").asText()).as(title).isNotBlank();
			assertThat(panel.path("targets")).as(title).isNotEmpty();
			panel.path("targets").forEach((target) -> {
				assertThat(target.path("expr").asText()).as(title).contains("namespace=\"$namespace\"");
				assertThat(target.path("legendFormat").asText()).as(title).isNotBlank();
			});
			assertThat(panel.findValues("datasource")).as(title)
				.isNotEmpty()
				.allSatisfy((source) -> assertThat(source.path("uid").asText()).isEqualTo("${datasource}"));
		}
		assertThat(rows()).containsExactly("Calls", "Balance", "Attempts of clients", "Discovery", "Resources",
				"Rollout");
	}

	@Test
	void legendsNameLabelsThatAreThere() {
		for (JsonNode panel : this.monitoring.panels()) {
			panel.path("targets").forEach((target) -> {
				PromQl expression = PromQl.of(target.path("expr").asText());
				java.util.regex.Pattern.compile("\\{\\{(\\w+)}}")
					.matcher(target.path("legendFormat").asText())
					.results()
					.forEach((label) -> assertThat(expression.grouping()).as(panel.path("title").asText())
						.contains(label.group(1)));
			});
		}
	}

	@Test
	void panelsLieBesideOneAnother() {
		Set<Integer> ids = new HashSet<>();
		Set<List<Integer>> cells = new HashSet<>();
		this.monitoring.dashboard().path("panels").forEach((panel) -> {
			assertThat(ids.add(panel.path("id").asInt())).as("id of %s is there once", panel.path("title")).isTrue();
			JsonNode at = panel.path("gridPos");
			assertThat(at.path("x").asInt() + at.path("w").asInt()).isLessThanOrEqualTo(24);
			for (int x = at.path("x").asInt(); x < at.path("x").asInt() + at.path("w").asInt(); x++) {
				for (int y = at.path("y").asInt(); y < at.path("y").asInt() + at.path("h").asInt(); y++) {
					assertThat(cells.add(List.of(x, y))).as("%s covers another", panel.path("title")).isTrue();
				}
			}
		});
	}

	@Test
	void linesOfThePanelsAreTheLimitsOfTheAlerts() {
		List<String> rules = new ArrayList<>();
		this.monitoring.alerts().forEach((alert) -> rules.add(alert.getAlert() + " " + alert.getExpr().getValue()));
		for (JsonNode panel : this.monitoring.panels()) {
			JsonNode steps = panel.path("fieldConfig").path("defaults").path("thresholds").path("steps");
			if (steps.size() > 1) {
				String alert = panel.path("description")
					.asText()
					.replaceAll("(?s).*The line is the limit of (\\w+)\\..*", "$1");
				assertThat(rules).as(panel.path("title").asText())
					.anySatisfy((rule) -> assertThat(rule).startsWith(alert + " ")
						.contains("> " + steps.get(1).path("value").asText()));
			}
		}
	}

	private List<String> rows() {
		return StreamSupport.stream(this.monitoring.dashboard().path("panels").spliterator(), false)
			.filter((panel) -> panel.path("type").asText().equals("row"))
			.map((panel) -> panel.path("title").asText())
			.toList();
	}

	private static List<String> texts(JsonNode list, String field) {
		return StreamSupport.stream(list.spliterator(), false).map((item) -> item.path(field).asText()).toList();
	}

}
