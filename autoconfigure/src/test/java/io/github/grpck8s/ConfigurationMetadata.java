package io.github.grpck8s;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.json.JsonParserFactory;
import org.springframework.util.StreamUtils;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The properties of the house, as the compiler found them.
 */
final class ConfigurationMetadata {

	private ConfigurationMetadata() {
	}

	static List<Property> properties() {
		Map<String, Object> metadata = JsonParserFactory.getJsonParser().parseMap(read());
		return ((List<?>) Objects.requireNonNull(metadata.get("properties"))).stream().map(Property::of).toList();
	}

	// every jar has a file of this name: ours lies beside our classes
	private static String read() {
		try {
			URI classes = ServerFeature.class.getProtectionDomain().getCodeSource().getLocation().toURI();
			URI file = classes.resolve("META-INF/spring-configuration-metadata.json");
			try (InputStream in = file.toURL().openStream()) {
				return StreamUtils.copyToString(in, UTF_8);
			}
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	record Property(String name, String type, @Nullable String description, @Nullable Object defaultValue) {

		static Property of(Object entry) {
			Map<?, ?> map = (Map<?, ?>) entry;
			return new Property(String.valueOf(map.get("name")), String.valueOf(map.get("type")),
					(String) map.get("description"), map.get("defaultValue"));
		}

		/**
		 * The room whose setting it is.
		 */
		String room() {
			return this.name.split("\\.")[2];
		}

	}

}
