package io.github.grpck8s.it.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.ContainerPort;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The Dockerfile agrees with the build and with the chart.
 */
class DockerfileTests {

	private final String dockerfile = read("Dockerfile");

	@Test
	void poms() {
		List<String> modules = Pattern.compile("<module>(.+)</module>")
			.matcher(read("pom.xml"))
			.results()
			.map((result) -> result.group(1))
			.toList();
		assertThat(modules).isNotEmpty()
			.allSatisfy((module) -> assertThat(this.dockerfile)
				.containsPattern("COPY " + module + "(/pom\\.xml " + module + "/| " + module + ")\n"));
	}

	@Test
	void whatIsCopiedIsThereAndNotIgnored() {
		List<String> ignored = read(".dockerignore").lines().toList();
		List<String> copied = Pattern.compile("(?m)^COPY (?!--from)(.+) \\S+$")
			.matcher(this.dockerfile)
			.results()
			.flatMap((result) -> Stream.of(result.group(1).split(" ")))
			.toList();
		assertThat(copied).contains("mvnw", ".mvn", "example-app")
			.allSatisfy((path) -> assertThat(Chart.HOUSE.resolve(path)).exists())
			.allSatisfy((path) -> assertThat(ignored).noneMatch((each) -> (path + "/").startsWith(each + "/")));
	}

	@Test
	void baseImagesAreArgumentsWithPlainNames() {
		assertThat(matches("(?m)^ARG ((?:BUILD|RUNTIME)_IMAGE=.+)$")).hasSize(2)
			.allSatisfy((image) -> assertThat(image).matches("[A-Z_]+=[a-z-]+:[0-9]+-[a-z]+"));
		assertThat(matches("(?m)^FROM (\\S+)")).allMatch((image) -> image.startsWith("${") || image.equals("build"));
	}

	@Test
	void userAndPortsAreTheCharts() {
		Rendered rendered = Chart.withDefaults().render();
		Long user = rendered.pod("server").getSecurityContext().getRunAsUser();
		assertThat(matches("(?m)^USER (.+)$")).containsExactly(user + ":" + user);
		assertThat(matches("(?m)^EXPOSE (.+)$")).containsExactly(String.join(" ",
				rendered.container("server")
					.getPorts()
					.stream()
					.map(ContainerPort::getContainerPort)
					.map(String::valueOf)
					.toList()));
		assertThat(matches("(?m)^ENV JAVA_TOOL_OPTIONS=\"(.+)\"$"))
			.containsExactly(rendered.environment("server").get("JAVA_TOOL_OPTIONS"));
	}

	@Test
	void nothingStandsBetweenTheKubeletAndTheJvm() {
		assertThat(matches("(?m)^ENTRYPOINT (.+)$"))
			.containsExactly("[\"java\", \"-XX:SharedArchiveFile=/app/app.jsa\", \"-jar\", \"/app/app.jar\"]");
		assertThat(matches("(?m)^CMD")).isEmpty();
	}

	@Test
	void appVersionOfTheChartIsTheVersionOfTheBuild() {
		Matcher version = Pattern.compile("<artifactId>grpc-k8s-parent</artifactId>\\s*<version>([0-9.]+)")
			.matcher(read("pom.xml"));
		assertThat(version.find()).isTrue();
		assertThat(Yaml.one(read("helm/example-app/Chart.yaml"))).containsEntry("appVersion", version.group(1));
	}

	private List<String> matches(String pattern) {
		return Pattern.compile(pattern)
			.matcher(this.dockerfile)
			.results()
			.map((result) -> (result.groupCount() > 0) ? result.group(1) : result.group())
			.toList();
	}

	private static String read(String file) {
		try {
			return Files.readString(Chart.HOUSE.resolve(file));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
