package io.github.grpck8s;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.github.grpck8s.ConfigurationMetadata.Property;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docs/configuration.md} is made from the configuration metadata. Run with
 * {@code -Ddocs.update=true} to write it anew.
 */
class ConfigurationDocsTests {

	private static final Path PAGE = Path.of("..", "docs", "configuration.md");

	@Test
	void pageShowsWhatThereIs() throws IOException {
		String page = page(ConfigurationMetadata.properties());
		if (Boolean.getBoolean("docs.update")) {
			Files.writeString(PAGE, page);
		}
		assertThat(PAGE)
			.as("./mvnw -pl autoconfigure -am test -Dtest=ConfigurationDocsTests -Ddocs.update=true "
					+ "-Dsurefire.failIfNoSpecifiedTests=false writes it anew")
			.hasContent(page);
	}

	private static String page(List<Property> properties) {
		Map<String, List<Property>> rooms = properties.stream()
			.collect(Collectors.groupingBy(Property::room, TreeMap::new, Collectors.toList()));
		StringBuilder page = new StringBuilder("# Every setting\n\n"
				+ "Made from the configuration metadata by a test: change the `@param` of a properties record, not this page.\n");
		rooms.forEach((room, settings) -> {
			page.append("\n## [").append(room).append("](").append(room).append(".md)\n\n");
			page.append("| setting | default | type | |\n|---|---|---|---|\n");
			settings.stream().sorted(Comparator.comparing(Property::name)).forEach((setting) -> row(page, setting));
		});
		return page.toString();
	}

	private static void row(StringBuilder page, Property setting) {
		Object value = setting.defaultValue();
		page.append("| `").append(setting.name()).append("` | ");
		page.append((value != null) ? "`" + (value instanceof List<?> list ? join(list) : value) + "`" : "");
		page.append(" | ").append(shortened(setting.type())).append(" | ").append(setting.description()).append(" |\n");
	}

	private static String join(List<?> values) {
		return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
	}

	private static String shortened(String type) {
		return "`" + type.replaceAll("[a-z0-9]+\\.", "").replaceAll("\\w+\\$", "").replace(",", ", ") + "`";
	}

}
