package io.github.grpck8s.it.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Pod;

import static org.awaitility.Awaitility.await;

/**
 * The example, installed from the project's chart by Helm itself.
 */
final class Release {

	private static final Path CHART = Cluster.HOUSE.resolve("helm/example-app");

	private final TestNamespace namespace;

	private final String name;

	private final List<String> sets;

	private Release(TestNamespace namespace, String name, String... sets) {
		this.namespace = namespace;
		this.name = name;
		this.sets = List.of(sets);
	}

	/**
	 * Install the chart and wait until all pods are ready.
	 * @param namespace where
	 * @param name of the release
	 * @param sets values as {@code key=value}
	 */
	static Release install(TestNamespace namespace, String name, String... sets) {
		Release release = new Release(namespace, name, sets);
		release.helm("install");
		return release;
	}

	/**
	 * Install one more client of the same servers.
	 * @param name of its release
	 * @param sets values as {@code key=value}
	 */
	Release besides(String name, String... sets) {
		List<String> all = new ArrayList<>(List.of("server.replicas=0", "rbac.create=false", "tests.enabled=false",
				"client.serviceAccount.create=false", "client.serviceAccount.name=" + object("client"),
				"client.target=k8s:///" + object("server") + "." + this.namespace.name() + ":grpc"));
		all.addAll(List.of(sets));
		return install(this.namespace, name, all.toArray(String[]::new));
	}

	/**
	 * What grpc-java does by itself, as values for a client: DNS and round_robin, none of
	 * our rooms.
	 */
	String[] byDns() {
		return new String[] {
				"client.target=dns:///" + object("server") + "." + this.namespace.name() + ".svc.cluster.local:9090",
				"config.resilience.enabled=false", "config.keepalive.enabled=false", "config.balancing.enabled=false",
				"config.discovery.enabled=false" };
	}

	TestNamespace namespace() {
		return this.namespace;
	}

	/**
	 * Upgrade, with the values of the installation and these.
	 */
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
		Stream.concat(this.sets.stream(), Stream.of(sets)).forEach((set) -> {
			command.add("--set");
			command.add(set);
		});
		Cluster.run(command.toArray(String[]::new));
	}

	String test() {
		return Cluster.run("helm", "test", this.name, "-n", this.namespace.name(), "--logs", "--timeout", "5m");
	}

	void uninstall() {
		Cluster.run("helm", "uninstall", this.name, "-n", this.namespace.name(), "--wait", "--timeout", "5m");
	}

	/**
	 * The name of what belongs to server and client.
	 */
	String whole() {
		return this.name + "-example-app";
	}

	/**
	 * The name of a Deployment, also of the server's Service.
	 * @param component server or client
	 */
	String object(String component) {
		return whole() + "-" + component;
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
		replaceAll(component);
		this.namespace.awaitGone(component);
	}

	/**
	 * Restart all pods of a component, one after the other, and wait until the last of
	 * the new ones is ready; the last of the old ones still drains.
	 * @param component server or client
	 */
	void replaceAll(String component) {
		Cluster.run("kubectl", "-n", this.namespace.name(), "rollout", "restart", "deployment/" + object(component));
		awaitRollout(component);
	}

	/**
	 * Wait until all pods of a component are the newest and ready.
	 * @param component server or client
	 */
	void awaitRollout(String component) {
		Cluster.run("kubectl", "-n", this.namespace.name(), "rollout", "status", "deployment/" + object(component),
				"--timeout=8m");
	}

	/**
	 * Wait until nothing is on its way and the client's calls succeed at all servers.
	 */
	void awaitSteady() {
		awaitRollout("server");
		awaitRollout("client");
		this.namespace.awaitGone("server");
		this.namespace.awaitGone("client");
		await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofSeconds(1)).until(() -> {
			List<Load.Second> last = load().last(3);
			return last.size() == 3 && Load.failed(last) == 0 && Load.byPod(last).size() == pods("server").size();
		});
	}

	/**
	 * Returns when there are so many pods, new ones and old ones that are not told to go.
	 */
	void scale(int servers) {
		this.namespace.client()
			.apps()
			.deployments()
			.inNamespace(this.namespace.name())
			.withName(object("server"))
			.scale(servers);
		// controllers that lost the API server read from a cache that is up to a minute
		// late
		await().atMost(Duration.ofMinutes(3))
			.pollInterval(Duration.ofMillis(100))
			.until(() -> pods("server").size() == servers);
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
