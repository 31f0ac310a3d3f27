package io.github.grpck8s.it.chart;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.ApplicationConversionService;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/**
 * The settings that the starter on the class path knows, read from its metadata. What
 * belongs to a room without metadata there cannot be judged.
 */
final class Settings {

	private final List<Known> known;

	Settings(List<Known> known) {
		this.known = known;
	}

	static Settings ofTheClassPath() {
		ObjectMapper mapper = new ObjectMapper();
		List<Known> known = new ArrayList<>();
		try {
			for (URL metadata : Collections
				.list(Settings.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
				try (InputStream stream = metadata.openStream()) {
					for (JsonNode property : mapper.readTree(stream).path("properties")) {
						String name = property.path("name").asText();
						if (name.startsWith("grpc.k8s.")) {
							JsonNode value = property.path("defaultValue");
							known.add(new Known(name, property.path("type").asText(),
									value.isMissingNode() ? null : value.asText()));
						}
					}
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return new Settings(known);
	}

	/**
	 * The types of all settings, as the metadata has them.
	 * @return the types by the full names of the settings
	 */
	Map<String, String> types() {
		return this.known.stream().collect(Collectors.toMap(Known::name, Known::type));
	}

	/**
	 * The setting is known and the value is one of its type.
	 * @param name the full name, in any of the forms that Spring Boot takes in a file
	 * @param value the value
	 */
	void check(String name, Object value) {
		List<Known> room = ofTheRoom((candidate) -> uniform(name).startsWith(uniform(candidate) + "."));
		if (room.isEmpty()) {
			return;
		}
		assertThat(room).as("setting %s", name).anyMatch((candidate) -> candidate.has(name));
		room.stream().filter((candidate) -> candidate.has(name)).forEach((candidate) -> candidate.convert(value));
	}

	/**
	 * The variable names a setting that is known, and the value is one of its type.
	 * @param variable the name of an environment variable
	 * @param value the value
	 */
	void checkVariable(String variable, String value) {
		List<Known> room = ofTheRoom((candidate) -> variable.startsWith(variable(candidate) + "_"));
		if (room.isEmpty()) {
			return;
		}
		assertThat(room).as("variable %s", variable).anyMatch((candidate) -> candidate.is(variable));
		room.stream().filter((candidate) -> candidate.is(variable)).forEach((candidate) -> candidate.convert(value));
	}

	/**
	 * The value is the default of the setting, if that has one.
	 * @param name the full name
	 * @param value the value
	 */
	void checkDefault(String name, @Nullable Object value) {
		for (Known candidate : this.known) {
			if (candidate.name().equals(name) && candidate.defaultValue() != null) {
				assertThat(candidate.convert(Objects.requireNonNull(value, name))).as("default of %s", name)
					.isEqualTo(candidate.convert(candidate.defaultValue()));
			}
		}
	}

	private List<Known> ofTheRoom(Predicate<String> belongs) {
		return this.known.stream().filter((candidate) -> belongs.test(candidate.room())).toList();
	}

	private static String uniform(String name) {
		return name.replace("-", "").toLowerCase(Locale.ROOT);
	}

	private static String variable(String name) {
		return name.replace(".", "_").replace("-", "_").toUpperCase(Locale.ROOT);
	}

	/**
	 * A setting that is known.
	 *
	 * @param name the full name
	 * @param type the class of its values
	 * @param defaultValue the default, if there is one
	 */
	record Known(String name, String type, @Nullable String defaultValue) {

		String room() {
			return String.join(".", List.of(this.name.split("\\.")).subList(0, 3));
		}

		boolean has(String other) {
			return uniform(this.name).equals(uniform(other))
					|| (isMap() && uniform(other).startsWith(uniform(this.name) + "."));
		}

		// Spring Boot takes termination-grace-period without its dashes or with
		// underscores in their place
		boolean is(String variable) {
			return variable(this.name).equals(variable) || variable(this.name.replace("-", "")).equals(variable);
		}

		Object convert(Object value) {
			Class<?> target = target();
			if (target == null) {
				return value;
			}
			assertThatCode(() -> ApplicationConversionService.getSharedInstance().convert(value, target))
				.as("%s as value of %s", value, this.name)
				.doesNotThrowAnyException();
			return Objects.requireNonNull(ApplicationConversionService.getSharedInstance().convert(value, target));
		}

		private boolean isMap() {
			return this.type.startsWith("java.util.Map");
		}

		private @Nullable Class<?> target() {
			try {
				return this.type.contains("<") ? null : Class.forName(this.type);
			}
			catch (ClassNotFoundException ex) {
				return null;
			}
		}

	}

}
