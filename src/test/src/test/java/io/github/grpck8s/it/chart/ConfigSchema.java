package io.github.grpck8s.it.chart;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The part of the chart's schema that is about {@code config}: every setting of every
 * room and nothing else, so that a misspelt one is refused before it is installed.
 */
final class ConfigSchema {

	private static final String STARTER = "grpc.k8s.";

	private static final Pattern CONFIG = Pattern.compile("(?ms)^    \"config\": \\{$.*?^    \\}");

	/** What the chart reckons with, or sets itself. */
	private static final Map<String, String> OWN = Map.of("shutdown.delay", "{ \"$ref\": \"#/definitions/duration\" }",
			"shutdown.grace", "{ \"$ref\": \"#/definitions/duration\" }", "shutdown.termination-grace-period", "false",
			"health.port", "{ \"$ref\": \"#/definitions/port\" }", "discovery.node", "false");

	private static final Map<String, String> REQUIRED = Map.of("", "\"shutdown\"", "shutdown.", "\"delay\", \"grace\"");

	private ConfigSchema() {
	}

	/**
	 * Put the settings into the schema, in the place of those that are there.
	 * @param schema the text of values.schema.json
	 * @param settings the types of the settings, by their full names
	 * @return the text with the settings
	 */
	static String into(String schema, Map<String, String> settings) {
		Map<String, String> types = new TreeMap<>();
		settings.forEach((name, type) -> types.put(name.substring(STARTER.length()), type));
		return CONFIG.matcher(schema)
			.replaceFirst(Matcher.quoteReplacement("    \"config\": " + object("", types, "    ")));
	}

	/**
	 * The rooms of the schema.
	 * @param schema the text of values.schema.json
	 * @return their names
	 */
	static Set<String> rooms(String schema) {
		String config = CONFIG.matcher(schema).results().map(MatchResult::group).findFirst().orElseThrow();
		return Pattern.compile("(?m)^        \"([a-z]+)\"")
			.matcher(config)
			.results()
			.map((result) -> result.group(1))
			.collect(Collectors.toSet());
	}

	private static String object(String prefix, Map<String, String> types, String indent) {
		Map<String, String> properties = new TreeMap<>();
		types.forEach((name, type) -> {
			if (name.startsWith(prefix)) {
				String rest = name.substring(prefix.length());
				int dot = rest.indexOf('.');
				String key = (dot < 0) ? rest : rest.substring(0, dot);
				properties.computeIfAbsent(key, (inner) -> (dot < 0) ? OWN.getOrDefault(name, value(type))
						: object(prefix + inner + ".", types, indent + "    "));
			}
		});
		String required = REQUIRED.get(prefix);
		return properties.entrySet()
			.stream()
			.map((property) -> indent + "    \"" + property.getKey() + "\": " + property.getValue())
			.collect(Collectors.joining(",\n",
					"{\n" + indent + "  \"type\": \"object\",\n" + indent + "  \"additionalProperties\": false,\n"
							+ ((required != null) ? indent + "  \"required\": [" + required + "],\n" : "") + indent
							+ "  \"properties\": {\n",
					"\n" + indent + "  }\n" + indent + "}"));
	}

	// what YAML and --set may hold for a type; the application looks at the value itself
	private static String value(String type) {
		return "{ \"type\": " + switch (type.replaceAll("<.*", "")) {
			case "java.util.Map" -> "\"object\"";
			case "java.util.List", "java.util.Set" -> "[\"array\", \"string\"]";
			case "java.lang.Boolean" -> "\"boolean\"";
			case "java.lang.Integer", "java.lang.Long" -> "\"integer\"";
			case "java.lang.Double" -> "\"number\"";
			case "java.time.Duration", "org.springframework.util.unit.DataSize" -> "[\"string\", \"integer\"]";
			default -> "\"string\"";
		} + " }";
	}

}
