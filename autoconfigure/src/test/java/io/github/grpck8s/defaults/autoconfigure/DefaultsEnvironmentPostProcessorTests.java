package io.github.grpck8s.defaults.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.PropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The quiet defaults.
 */
class DefaultsEnvironmentPostProcessorTests {

	private static final String KUBERNETES = "management.health.kubernetes.enabled";

	@Test
	void areThere() {
		try (ConfigurableApplicationContext context = run(Empty.class)) {
			assertThat(context.getEnvironment().getProperty(KUBERNETES)).isEqualTo("false");
			assertThat(context.getEnvironment().getPropertySources().stream().toList()).last()
				.extracting(org.springframework.core.env.PropertySource::getName)
				.isEqualTo("grpcK8sDefaults");
		}
	}

	@Test
	void canBeSwitchedOff() {
		try (ConfigurableApplicationContext context = run(Empty.class, "--grpc.k8s.defaults.enabled=false")) {
			assertThat(context.getEnvironment().containsProperty(KUBERNETES)).isFalse();
		}
	}

	@Test
	void argumentWins() {
		try (ConfigurableApplicationContext context = run(Empty.class, "--" + KUBERNETES + "=true")) {
			assertThat(context.getEnvironment().getProperty(KUBERNETES)).isEqualTo("true");
		}
	}

	@Test
	void variableOfTheEnvironmentWins() {
		assertThat(environment("MANAGEMENT_HEALTH_KUBERNETES_ENABLED", "true").getProperty(KUBERNETES))
			.isEqualTo("true");
	}

	@Test
	void defaultPropertiesOfTheApplicationWin() {
		SpringApplication application = application(Empty.class);
		application.setDefaultProperties(Map.of(KUBERNETES, "true"));
		try (ConfigurableApplicationContext context = application.run()) {
			assertThat(context.getEnvironment().getProperty(KUBERNETES)).isEqualTo("true");
		}
	}

	@Test
	void propertySourceAnnotationWins() {
		try (ConfigurableApplicationContext context = run(Annotated.class)) {
			assertThat(context.getEnvironment().getProperty(KUBERNETES)).isEqualTo("true");
		}
	}

	@Test
	void nothingIsExportedUntilAnEndpointIsSet() {
		ConfigurableEnvironment environment = environment("UNRELATED", "x");
		assertThat(exporters(environment)).containsExactly("none", "none", "none");
		assertThat(environment.getProperty("otel.instrumentation.logback-appender.enabled")).isEqualTo("false");
		assertThat(environment.getProperty("otel.instrumentation.micrometer.enabled")).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "OTEL_EXPORTER_OTLP_ENDPOINT", "otel.exporter.otlp.endpoint" })
	void endpointForAllSignalsIsUsedByAll(String name) {
		ConfigurableEnvironment environment = environment(name, "http://collector:4318");
		assertThat(exporters(environment)).containsExactly(null, null, null);
		assertThat(environment.getProperty("otel.instrumentation.logback-appender.enabled")).isNull();
		assertThat(environment.getProperty("otel.instrumentation.micrometer.enabled")).isEqualTo("true");
	}

	@Test
	void endpointForOneSignalIsUsedByThatOne() {
		assertThat(exporters(environment("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://collector:4318")))
			.containsExactly(null, "none", "none");
		assertThat(exporters(environment("otel.exporter.otlp.metrics.endpoint", "http://collector:4318")))
			.containsExactly("none", null, "none");
		assertThat(exporters(environment("otel.exporter.otlp.logs.endpoint", "http://collector:4318")))
			.containsExactly("none", "none", null);
	}

	@Test
	void exporterThatTheUserNamesIsKept() {
		assertThat(exporters(environment("OTEL_TRACES_EXPORTER", "console"))).containsExactly("console", "none",
				"none");
	}

	@Test
	void declarativeConfigurationOfOpenTelemetryIsLeftAlone() {
		assertThat(exporters(environment("otel.file_format", "1.0"))).containsExactly(null, null, null);
	}

	@Test
	void documentationShowsThemAll() throws IOException {
		String table = table();
		Path page = Path.of("..", "docs", "defaults.md");
		assertThat(Files.readString(page)).as("paste this into %s:%n%s", page, table).contains(table);
	}

	/** The resource as a table: comments above a property are its reason. */
	private static String table() throws IOException {
		List<String> rows = new ArrayList<>(List.of("| property | default | why |", "|---|---|---|"));
		String why = "";
		try (var in = DefaultsEnvironmentPostProcessor.class
			.getResourceAsStream(DefaultsEnvironmentPostProcessor.RESOURCE)) {
			for (String line : new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).lines()
				.toList()) {
				if (line.startsWith("#")) {
					why = line.substring(1).trim();
				}
				else if (line.contains("=")) {
					int equals = line.indexOf('=');
					assertThat(why).as("reason of %s", line).isNotEmpty();
					rows.add("| `%s` | `%s` | %s |".formatted(line.substring(0, equals), line.substring(equals + 1),
							why));
					why = "";
				}
			}
		}
		return String.join("\n", rows);
	}

	private static List<@Nullable String> exporters(ConfigurableEnvironment environment) {
		List<@Nullable String> exporters = new ArrayList<>();
		for (String signal : List.of("traces", "metrics", "logs")) {
			exporters.add(environment.getProperty("otel." + signal + ".exporter"));
		}
		return exporters;
	}

	private static ConfigurableEnvironment environment(String name, String value) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, new SystemEnvironmentPropertySource(
					StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, Map.of(name, value)));
		new DefaultsEnvironmentPostProcessor().postProcessEnvironment(environment, new SpringApplication());
		return environment;
	}

	private static ConfigurableApplicationContext run(Class<?> source, String... arguments) {
		return application(source).run(arguments);
	}

	private static SpringApplication application(Class<?> source) {
		SpringApplication application = new SpringApplication(source);
		application.setWebApplicationType(WebApplicationType.NONE);
		return application;
	}

	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

	@Configuration(proxyBeanMethods = false)
	@PropertySource("classpath:io/github/grpck8s/defaults/autoconfigure/annotated.properties")
	static class Annotated {

	}

}
