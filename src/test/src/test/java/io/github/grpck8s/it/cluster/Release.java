package io.github.grpck8s.it.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.fabric8.kubernetes.api.model.Pod;

/**
 * The example, installed from the project's chart by Helm itself.
 */
final class Release {

	private static final Path CHART = Cluster.HOUSE.resolve("helm/example-app");

	private final TestNamespace namespace;

	private final String name;

	private Release(TestNamespace namespace, String name) {
		this.namespace = namespace;
		this.name = name;
	}

	/**
	 * Install the chart and wait until all pods are ready.
	 * @param namespace where
	 * @param name of the release
	 * @param sets values as {@code key=value}
	 */
	static Release install(TestNamespace namespace, String name, String... sets) {
		Release release = new Release(namespace, name);
		release.helm("install", sets);
		return release;
	}

	void upgrade(String... sets) {
		helm("upgrade", sets);
	}

	private void helm(String verb, String... sets) {
		String image = Cluster.run("image-name").strip();
		int tag = image.lastIndexOf(':');
		List<String> command = new ArrayList<>(
				List.of("helm", verb, this.name, CHART.toString(), "-n", this.namespace.name(), "--wait", "--timeout",
						"8m", "-f", values().toString(), "--set-string", "image.repository=" + image.substring(0, tag),
						"--set-string", "image.tag=" + image.substring(tag + 1)));
		for (String set : sets) {
			command.add("--set");
			command.add(set);
		}
		Cluster.run(command.toArray(String[]::new));
	}

	String test() {
		return Cluster.run("helm", "test", this.name, "-n", this.namespace.name(), "--logs", "--timeout", "5m");
	}

	void uninstall() {
		Cluster.run("helm", "uninstall", this.name, "-n", this.namespace.name(), "--wait", "--timeout", "5m");
	}

	/**
	 * The name of a Deployment, also of the server's Service.
	 * @param component server or client
	 */
	String object(String component) {
		return this.name + "-example-app-" + component;
	}

	/**
	 * Pods that are to stay.
	 * @param component server or client
	 */
	List<Pod> pods(String component) {
		return this.namespace.pods("app.kubernetes.io/instance", this.name, "app.kubernetes.io/component", component);
	}

	/**
	 * Restart all pods of a component, one after the other, and wait until the last of
	 * the old ones has ended.
	 * @param component server or client
	 */
	void restart(String component) {
		String deployment = "deployment/" + object(component);
		Cluster.run("kubectl", "-n", this.namespace.name(), "rollout", "restart", deployment);
		Cluster.run("kubectl", "-n", this.namespace.name(), "rollout", "status", deployment, "--timeout=8m");
		this.namespace.awaitGone(component);
	}

	void scale(int servers) {
		this.namespace.client()
			.apps()
			.deployments()
			.inNamespace(this.namespace.name())
			.withName(object("server"))
			.scale(servers);
	}

	/**
	 * What the one pod of the client counts.
	 */
	Load load() {
		List<Pod> clients = pods("client");
		if (clients.size() != 1) {
			throw new IllegalStateException("There should be one client but there are " + clients.size());
		}
		return new Load(this.namespace, clients.get(0).getMetadata().getName());
	}

	private static Path values() {
		try {
			Path file = Path.of(Release.class.getResource("/cluster/values.yaml").toURI());
			if (!Files.isRegularFile(file)) {
				throw new IOException(file + " is not there");
			}
			return file;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
