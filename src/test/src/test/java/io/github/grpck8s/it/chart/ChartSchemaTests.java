package io.github.grpck8s.it.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code config} takes the settings that the starter has, all of them and no others. That
 * part of {@code values.schema.json} is made from the configuration metadata: run with
 * {@code -Ddocs.update=true} to write it anew.
 */
class ChartSchemaTests {

	private static final Path SCHEMA = Chart.FOLDER.resolve("values.schema.json");

	@Test
	void configIsMadeOfTheStartersSettings() throws IOException {
		Map<String, String> settings = Settings.ofTheClassPath().types();
		assertThat(settings).as("metadata on the class path").containsKeys("grpc.k8s.shutdown.grace");
		String schema = Files.readString(SCHEMA);
		String made = ConfigSchema.into(schema, settings);
		if (Boolean.getBoolean("docs.update")) {
			Files.writeString(SCHEMA, made);
		}
		assertThat(SCHEMA)
			.as("./mvnw -pl src/test -am test -Dtest=ChartSchemaTests -Ddocs.update=true "
					+ "-Dsurefire.failIfNoSpecifiedTests=false writes it anew")
			.hasContent(made);
	}

	@Test
	void roomsAreNamedForPeople() throws IOException {
		Set<String> rooms = ConfigSchema.rooms(Files.readString(SCHEMA));
		assertThat(named("README.md", "(?s)rooms are\\s(.*?)\\.\\s", "`([a-z]+)`")).isEqualTo(rooms);
		assertThat(named("values.yaml", "(?ms)^config:$(.*?)^jvm:", "(?m)^  (?:# )?([a-z]+):(?: \\{\\})?$"))
			.isEqualTo(rooms);
		assertThat(rooms)
			.allSatisfy((room) -> assertThat(Chart.HOUSE.resolve("docs").resolve(room + ".md")).isRegularFile());
	}

	@Test
	void settingsAreNestedAndMapsAreOpen() {
		String made = ConfigSchema.into("""
				{
				  "properties": {
				    "config": {
				      "old": {}
				    },
				    "jvm": { }
				  }
				}
				""",
				Map.of("grpc.k8s.shutdown.delay", "java.time.Duration", "grpc.k8s.room.time", "java.time.Duration",
						"grpc.k8s.room.client.number", "java.lang.Integer", "grpc.k8s.room.channels",
						"java.util.Map<java.lang.String,X>"));
		assertThat(made).isEqualTo("""
				{
				  "properties": {
				    "config": {
				      "type": "object",
				      "additionalProperties": false,
				      "required": ["shutdown"],
				      "properties": {
				        "room": {
				          "type": "object",
				          "additionalProperties": false,
				          "properties": {
				            "channels": { "type": "object" },
				            "client": {
				              "type": "object",
				              "additionalProperties": false,
				              "properties": {
				                "number": { "type": "integer" }
				              }
				            },
				            "time": { "type": ["string", "integer"] }
				          }
				        },
				        "shutdown": {
				          "type": "object",
				          "additionalProperties": false,
				          "required": ["delay", "grace"],
				          "properties": {
				            "delay": { "$ref": "#/definitions/duration" }
				          }
				        }
				      }
				    },
				    "jvm": { }
				  }
				}
				""");
		assertThat(ConfigSchema.rooms(made)).containsExactlyInAnyOrder("room", "shutdown");
	}

	private static Set<String> named(String file, String part, String name) throws IOException {
		var text = Pattern.compile(part).matcher(Files.readString(Chart.FOLDER.resolve(file)));
		assertThat(text.find()).as(file).isTrue();
		return Pattern.compile(name)
			.matcher(Objects.requireNonNull(text.group(1)))
			.results()
			.map((result) -> result.group(1))
			.collect(Collectors.toSet());
	}

}
