package io.github.grpck8s.diagnostics.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.util.StreamUtils;

/**
 * The settings that there are, as the configuration metadata of this library lists them.
 *
 * @param names the full names; what lies below one of them is known as well (maps, lists)
 */
record KnownSettings(List<ConfigurationPropertyName> names) {

	static KnownSettings read() throws IOException {
		// every jar has a file of this name: ours is in the one with this class
		String path = "/META-INF/spring-configuration-metadata.json";
		String own = Objects.requireNonNull(KnownSettings.class.getResource("KnownSettings.class")).toString();
		String root = own.substring(0, own.indexOf("/" + KnownSettings.class.getName().replace('.', '/')));
		try (InputStream in = URI.create(root + path).toURL().openStream()) {
			Map<String, Object> metadata = JsonParserFactory.getJsonParser()
				.parseMap(StreamUtils.copyToString(in, StandardCharsets.UTF_8));
			return new KnownSettings(((List<?>) Objects.requireNonNull(metadata.get("properties"))).stream()
				.map((property) -> ConfigurationPropertyName.of(String.valueOf(((Map<?, ?>) property).get("name"))))
				.toList());
		}
	}

	boolean contains(ConfigurationPropertyName name) {
		return this.names.stream().anyMatch((known) -> known.equals(name) || known.isAncestorOf(name));
	}

	/**
	 * The setting that was most likely meant.
	 * @param name what was written
	 * @return the setting whose name needs the fewest changes
	 */
	ConfigurationPropertyName nearest(ConfigurationPropertyName name) {
		String written = name.toString();
		return this.names.stream()
			.min(Comparator.comparingInt((known) -> distance(written, known.toString())))
			.orElseThrow();
	}

	// Levenshtein
	private static int distance(String first, String second) {
		int[] row = new int[second.length() + 1];
		for (int j = 0; j < row.length; j++) {
			row[j] = j;
		}
		for (int i = 1; i <= first.length(); i++) {
			int diagonal = row[0];
			row[0] = i;
			for (int j = 1; j < row.length; j++) {
				int substituted = diagonal + ((first.charAt(i - 1) != second.charAt(j - 1)) ? 1 : 0);
				diagonal = row[j];
				row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
			}
		}
		return row[second.length()];
	}

}
