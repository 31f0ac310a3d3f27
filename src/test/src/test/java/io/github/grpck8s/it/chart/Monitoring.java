package io.github.grpck8s.it.chart;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.Rule;

/**
 * The chart's rules and its dashboard, all of them.
 *
 * @param rendered the chart
 */
record Monitoring(Rendered rendered) {

	private static final Pattern OF_VARIABLE = Pattern.compile("label_values\\((.*), (\\w+)\\)");

	static Monitoring ofEverything() {
		return new Monitoring(everything().render());
	}

	static Chart everything() {
		return Chart.withDefaults()
			.set("observability.rules.enabled", true)
			.set("observability.dashboard.enabled", true)
			.set("server.autoscaling.enabled", true);
	}

	List<Rule> rules() {
		List<Rule> rules = new ArrayList<>();
		this.rendered.one(PrometheusRule.class)
			.getSpec()
			.getGroups()
			.forEach((group) -> rules.addAll(group.getRules()));
		return rules;
	}

	List<Rule> alerts() {
		return rules().stream().filter((rule) -> rule.getAlert() != null).toList();
	}

	JsonNode dashboard() {
		ConfigMap map = this.rendered.one(ConfigMap.class, "monitoring");
		try {
			return new ObjectMapper().readTree(map.getData().values().iterator().next());
		}
		catch (JsonProcessingException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The panels that show something.
	 */
	List<JsonNode> panels() {
		List<JsonNode> panels = new ArrayList<>();
		dashboard().path("panels").forEach((panel) -> {
			if (!panel.path("type").asText().equals("row")) {
				panels.add(panel);
			}
		});
		return panels;
	}

	/**
	 * What the rules and the dashboard ask Prometheus.
	 * @return expressions by the rule, panel or variable that has them
	 */
	Map<String, String> expressions() {
		Map<String, String> expressions = new LinkedHashMap<>();
		rules().forEach((rule) -> expressions.put(Objects.requireNonNullElseGet(rule.getAlert(), rule::getRecord),
				String.valueOf(rule.getExpr().getValue())));
		panels().forEach((panel) -> panel.path("targets")
			.forEach((target) -> expressions.put(
					"panel '" + panel.path("title").asText() + "' " + target.path("refId").asText(),
					target.path("expr").asText())));
		dashboard().path("templating").path("list").forEach((variable) -> {
			Matcher values = OF_VARIABLE.matcher(variable.path("query").path("query").asText());
			if (values.matches()) {
				expressions.put("variable '" + variable.path("name").asText() + "'",
						"sum by (" + values.group(2) + ") (" + values.group(1) + ")");
			}
		});
		return expressions;
	}

}
