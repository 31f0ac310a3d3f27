package io.github.grpck8s.it.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;

/**
 * The chart of the example with some values, rendered by real Helm.
 */
final class Chart {

	static final Path HOUSE = house();

	static final Path FOLDER = HOUSE.resolve("helm/example-app");

	private static final Path WITH_HOOKS = withHooksAndNotes();

	private final List<Path> files = new ArrayList<>();

	private final Map<String, Object> sets = new LinkedHashMap<>();

	private String release = "demo";

	private String kubeVersion = "1.36.0";

	static Chart withDefaults() {
		return new Chart();
	}

	/**
	 * The chart with a file of values.
	 * @param name a file of the tests' folder {@code chart}, without its suffix
	 * @return the chart
	 */
	static Chart with(String name) {
		Chart chart = new Chart();
		if (!name.equals("defaults")) {
			chart.files.add(resource(name));
		}
		return chart;
	}

	static LintResult lint(String values) {
		// lint takes no values: they are put in the place of the chart's own
		try {
			Path copy = copy();
			if (!values.equals("defaults")) {
				Path chartValues = copy.resolve("values.yaml");
				Map<String, Object> merged = Yaml.merge(Yaml.one(Files.readString(chartValues)),
						Yaml.one(Files.readString(resource(values))));
				Files.writeString(chartValues, Yaml.write(merged));
			}
			return new Helm(copy).lint().strict().call();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	Chart release(String name) {
		this.release = name;
		return this;
	}

	Chart kubeVersion(String version) {
		this.kubeVersion = version;
		return this;
	}

	Chart values(Path file) {
		this.files.add(file);
		return this;
	}

	Chart set(String key, Object value) {
		this.sets.put(key, value);
		return this;
	}

	Rendered render() {
		TemplateCommand template = new Helm(WITH_HOOKS).template()
			.withName(this.release)
			.withNamespace("shop")
			.withKubeVersion(this.kubeVersion);
		this.files.forEach(template::withValuesFile);
		this.sets.forEach(template::set);
		return new Rendered(template.call());
	}

	private static Path resource(String name) {
		try {
			return Path.of(Objects.requireNonNull(Chart.class.getResource("/chart/" + name + ".yaml"), name).toURI());
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Path house() {
		Path folder = Path.of("").toAbsolutePath();
		while (!Files.exists(folder.resolve("helm/example-app/Chart.yaml"))) {
			folder = Objects.requireNonNull(folder.getParent(), "no folder above the tests has the chart");
		}
		return folder;
	}

	// Helm's template leaves hooks and notes out: show them as what they would be
	private static Path withHooksAndNotes() {
		try {
			Path copy = copy();
			Files.writeString(copy.resolve("templates/zz-hooks.yaml"), """
					{{ include (print $.Template.BasePath "/tests/calls.yaml") . | replace "helm.sh/hook:" "hook:" }}
					""");
			Files.writeString(copy.resolve("templates/zz-notes.yaml"), """
					apiVersion: v1
					kind: ConfigMap
					metadata:
					  name: notes-of-the-chart
					data:
					  notes: {{ include (print $.Template.BasePath "/NOTES.txt") . | quote }}
					""");
			return copy;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Path copy() throws IOException {
		Path copy = Files.createTempDirectory("chart").resolve("example-app");
		try (Stream<Path> files = Files.walk(FOLDER)) {
			for (Path file : files.toList()) {
				Files.copy(file, copy.resolve(FOLDER.relativize(file).toString()));
			}
		}
		try (Stream<Path> files = Files.walk(copy.getParent())) {
			files.forEach((file) -> file.toFile().deleteOnExit());
		}
		return copy;
	}

}
