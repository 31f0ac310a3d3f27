package io.github.grpck8s.it.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/**
 * The cluster that the script {@code cluster} made, and what only that script can do to
 * it.
 */
final class Cluster {

	/** The root of the project. */
	static final Path HOUSE = house();

	private static final Path SCRIPT = HOUSE.resolve("src/test/cluster/cluster");

	private static final long COMMAND_MINUTES = 10;

	private static final int PATIENCE_MILLIS = 60_000;

	private Cluster() {
	}

	/**
	 * A client with all rights.
	 */
	static KubernetesClient connect() {
		Config config = new ConfigBuilder(
				Config.fromKubeconfig(new File(Objects.requireNonNull(System.getenv("KUBECONFIG"),
						"KUBECONFIG is not set: run './mvnw verify -Pcluster', which starts the cluster"))))
			// a machine that is busy answers late
			.withConnectionTimeout(PATIENCE_MILLIS)
			.withRequestTimeout(PATIENCE_MILLIS)
			.withRequestRetryBackoffLimit(0)
			.build();
		return new KubernetesClientBuilder().withConfig(config).build();
	}

	/**
	 * What it is: {@code own}, {@code kind} or {@code kubeconfig}.
	 */
	static String kind() {
		return Kind.OF_CLUSTER;
	}

	/**
	 * Run a command of the script.
	 * @return what it printed
	 * @throws IllegalStateException when it failed, with all that it printed
	 */
	static String run(String... command) {
		List<String> line = new ArrayList<>(List.of(SCRIPT.toString()));
		line.addAll(List.of(command));
		try {
			Path output = Files.createTempFile("cluster", ".out");
			try {
				Process process = new ProcessBuilder(line).redirectErrorStream(true)
					.redirectOutput(output.toFile())
					.redirectInput(new File("/dev/null"))
					.start();
				boolean ended = process.waitFor(COMMAND_MINUTES, TimeUnit.MINUTES);
				if (!ended) {
					process.destroyForcibly();
				}
				String said = Files.readString(output, StandardCharsets.UTF_8);
				if (!ended || process.exitValue() != 0) {
					throw new IllegalStateException(String.join(" ", line)
							+ (ended ? " ended with " + process.exitValue() : " did not end") + ":\n" + said);
				}
				return said;
			}
			finally {
				Files.delete(output);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
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

	private static final class Kind {

		static final String OF_CLUSTER = run("kind").strip();

	}

}
