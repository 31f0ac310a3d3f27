package io.github.grpck8s.it.chart;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Reads YAML as a parser without mercy does: a key that is there twice is an error.
 */
final class Yaml {

	private Yaml() {
	}

	@SuppressWarnings("unchecked")
	static Map<String, Object> one(String text) {
		return (Map<String, Object>) parser().load(text);
	}

	@SuppressWarnings("unchecked")
	static List<Map<String, Object>> all(String text) {
		return StreamSupport.stream(parser().loadAll(text).spliterator(), false)
			.filter((document) -> document != null)
			.map((document) -> (Map<String, Object>) document)
			.toList();
	}

	static String write(Map<String, Object> document) {
		return new org.yaml.snakeyaml.Yaml().dump(document);
	}

	@SuppressWarnings("unchecked")
	static Map<String, Object> merge(Map<String, Object> base, Map<String, Object> over) {
		Map<String, Object> merged = new LinkedHashMap<>(base);
		over.forEach((key, value) -> {
			Object former = merged.get(key);
			merged.put(key, (former instanceof Map && value instanceof Map)
					? merge((Map<String, Object>) former, (Map<String, Object>) value) : value);
		});
		return merged;
	}

	/**
	 * The values of a document by their full names, as Spring Boot would have them.
	 * @param document the document
	 * @return the values by names with dots
	 */
	static Map<String, Object> flat(Map<String, Object> document) {
		Map<String, Object> flat = new LinkedHashMap<>();
		flatten("", document, flat);
		return flat;
	}

	private static void flatten(String prefix, Map<?, ?> document, Map<String, Object> flat) {
		document.forEach((key, value) -> {
			String name = prefix.isEmpty() ? String.valueOf(key) : prefix + "." + key;
			if (value instanceof Map<?, ?> map) {
				flatten(name, map, flat);
			}
			else {
				flat.put(name, (value instanceof List<?> list) ? new ArrayList<>(list) : value);
			}
		});
	}

	private static org.yaml.snakeyaml.Yaml parser() {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		return new org.yaml.snakeyaml.Yaml(new SafeConstructor(options));
	}

}
