package io.github.grpck8s.it.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of values in the chart's README is the chart's values.
 */
class ChartReadmeTests {

	@Test
	void tableHoldsEveryValueAndItsDefault() throws IOException {
		Map<String, Object> documented = new LinkedHashMap<>();
		ObjectMapper json = new ObjectMapper();
		var rows = Pattern.compile("(?m)^\\| `([a-zA-Z0-9_.]+)` \\| `(.*?)` \\| \\S.* \\|$")
			.matcher(Files.readString(Chart.FOLDER.resolve("README.md")));
		while (rows.find()) {
			documented.put(rows.group(1), json.readValue(rows.group(2), Object.class));
		}
		Map<String, Object> values = new LinkedHashMap<>();
		leaves("", Yaml.one(Files.readString(Chart.FOLDER.resolve("values.yaml"))), values);
		assertThat(documented).containsExactlyEntriesOf(values);
	}

	private static void leaves(String prefix, Map<?, ?> values, Map<String, Object> leaves) {
		values.forEach((key, value) -> {
			if (value instanceof Map<?, ?> map && !map.isEmpty()) {
				leaves(prefix + key + ".", map, leaves);
			}
			else {
				leaves.put(prefix + key, value);
			}
		});
	}

}
