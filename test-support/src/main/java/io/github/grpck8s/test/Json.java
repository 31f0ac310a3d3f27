package io.github.grpck8s.test;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Writes maps, lists, strings, numbers and booleans as JSON. There is no reader: the API
 * never looks into a slice that a test hands it as text.
 */
final class Json {

	private Json() {
	}

	static String write(@Nullable Object value) {
		StringBuilder out = new StringBuilder();
		write(value, out);
		return out.toString();
	}

	private static void write(@Nullable Object value, StringBuilder out) {
		if (value instanceof Map<?, ?> map) {
			char separator = '{';
			for (Map.Entry<?, ?> entry : map.entrySet()) {
				out.append(separator);
				separator = ',';
				string(String.valueOf(entry.getKey()), out);
				out.append(':');
				write(entry.getValue(), out);
			}
			out.append(map.isEmpty() ? "{}" : "}");
		}
		else if (value instanceof Iterable<?> list) {
			out.append('[');
			String separator = "";
			for (Object element : list) {
				out.append(separator);
				separator = ",";
				write(element, out);
			}
			out.append(']');
		}
		else if (value == null || value instanceof Number || value instanceof Boolean) {
			out.append(value);
		}
		else {
			string(value.toString(), out);
		}
	}

	private static void string(String value, StringBuilder out) {
		out.append('"');
		for (int i = 0; i < value.length(); i++) {
			char character = value.charAt(i);
			switch (character) {
				case '"' -> out.append("\\\"");
				case '\\' -> out.append("\\\\");
				case '\n' -> out.append("\\n");
				case '\r' -> out.append("\\r");
				case '\t' -> out.append("\\t");
				default -> {
					if (character < 0x20) {
						out.append(String.format("\\u%04x", (int) character));
					}
					else {
						out.append(character);
					}
				}
			}
		}
		out.append('"');
	}

}
