package io.github.grpck8s.it.cluster;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.awaitility.Awaitility.await;

/**
 * A namespace for one test or for those that share an installation, in which the cluster
 * enforces the standard {@code restricted}.
 */
final class TestNamespace implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(TestNamespace.class);

	private static final int LOG_LINES = 200;

	private static final Set<String> LEAVING = ConcurrentHashMap.newKeySet();

	private final KubernetesClient client;

	private final String name;

	private TestNamespace(KubernetesClient client, String name) {
		this.client = client;
		this.name = name;
	}

	static TestNamespace create(String test) {
		String name = "e2e-" + test.toLowerCase(Locale.ROOT).replaceAll("tests$", "") + "-"
				+ Integer.toString(ThreadLocalRandom.current().nextInt(36 * 36 * 36, 36 * 36 * 36 * 36), 36);
		KubernetesClient client = Cluster.connect();
		try {
			client.namespaces()
				.resource(new NamespaceBuilder().withNewMetadata()
					.withName(name)
					.addToLabels("pod-security.kubernetes.io/enforce", "restricted")
					.endMetadata()
					.build())
				.create();
		}
		catch (KubernetesClientException ex) {
			client.close();
			throw new IllegalStateException(
					"No cluster at " + client.getMasterUrl()
							+ " for this JVM: run './mvnw verify -Pcluster', which starts it and enters its network",
					ex);
		}
		return new TestNamespace(client, name);
	}

	String name() {
		return this.name;
	}

	KubernetesClient client() {
		return this.client;
	}

	/**
	 * Create objects.
	 * @param yaml one object or a list
	 */
	void add(String yaml) {
		for (HasMetadata object : this.client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
			.items()) {
			this.client.resource(object).inNamespace(this.name).create();
		}
	}

	/**
	 * The pods with these labels that nobody has told to go, in the order of their names.
	 * @param labels key and value, key and value …
	 */
	List<Pod> pods(String... labels) {
		var found = this.client.pods().inNamespace(this.name);
		List<Pod> pods = new ArrayList<>();
		for (Pod pod : found.list().getItems()) {
			boolean wanted = pod.getMetadata().getDeletionTimestamp() == null;
			for (int i = 0; i < labels.length; i += 2) {
				wanted &= labels[i + 1].equals(pod.getMetadata().getLabels().get(labels[i]));
			}
			if (wanted) {
				pods.add(pod);
			}
		}
		pods.sort(Comparator.comparing((pod) -> pod.getMetadata().getName()));
		return pods;
	}

	/**
	 * Wait until no pod of a component is on its way out.
	 * @param component server or client
	 */
	void awaitGone(String component) {
		await().atMost(Duration.ofMinutes(3))
			.pollInterval(Duration.ofMillis(500))
			.until(() -> this.client.pods()
				.inNamespace(this.name)
				.withLabel("app.kubernetes.io/component", component)
				.list()
				.getItems()
				.stream()
				.allMatch((pod) -> pod.getMetadata().getDeletionTimestamp() == null));
	}

	/**
	 * Logs of all pods and the events, for a person who wonders why a test failed.
	 */
	void printWhatHappened(String test) {
		StringBuilder text = new StringBuilder("What happened in " + this.name + ", " + test + ":\n");
		for (Pod pod : this.client.pods().inNamespace(this.name).list().getItems()) {
			String podName = pod.getMetadata().getName();
			text.append("--- pod ").append(podName).append(" on ").append(pod.getSpec().getNodeName());
			for (ContainerStatus status : pod.getStatus().getContainerStatuses()) {
				text.append(": ready ")
					.append(status.getReady())
					.append(", restarts ")
					.append(status.getRestartCount())
					.append(", state ")
					.append(status.getState());
				if (status.getRestartCount() > 0) {
					text.append("\nbefore its restart:\n").append(log(podName, true));
				}
			}
			text.append('\n').append(log(podName, false)).append('\n');
		}
		text.append("--- events\n");
		for (Event event : this.client.v1().events().inNamespace(this.name).list().getItems()) {
			text.append(Objects.toString(event.getLastTimestamp(), String.valueOf(event.getEventTime())))
				.append(' ')
				.append(event.getInvolvedObject().getKind())
				.append(' ')
				.append(event.getInvolvedObject().getName())
				.append(": ")
				.append(event.getReason())
				.append(' ')
				.append(event.getMessage())
				.append('\n');
		}
		logger.error("{}", text);
	}

	private String log(String pod, boolean previous) {
		try {
			var resource = this.client.pods().inNamespace(this.name).withName(pod);
			return previous ? resource.terminated().tailingLines(LOG_LINES).getLog()
					: resource.tailingLines(LOG_LINES).getLog();
		}
		catch (KubernetesClientException ex) {
			return "no log: " + ex.getMessage();
		}
	}

	/**
	 * The pods that slices of a Service say are ready.
	 */
	Set<String> readyInSlices(String service) {
		return this.client.discovery()
			.v1()
			.endpointSlices()
			.inNamespace(this.name)
			.withLabel("kubernetes.io/service-name", service)
			.list()
			.getItems()
			.stream()
			.map(EndpointSlice::getEndpoints)
			.flatMap(List::stream)
			.filter((endpoint) -> Boolean.TRUE.equals(endpoint.getConditions().getReady()))
			.map((endpoint) -> endpoint.getTargetRef().getName())
			.collect(Collectors.toCollection(TreeSet::new));
	}

	/**
	 * Have it deleted. Its pods drain while the next test begins; {@link #awaitNoneLeft}
	 * sees to the end of it.
	 */
	@Override
	public void close() {
		LEAVING.add(this.name);
		try {
			this.client.namespaces().withName(this.name).delete();
		}
		finally {
			this.client.close();
		}
	}

	/**
	 * Wait until the cluster has nothing more of what the tests made.
	 */
	static void awaitNoneLeft() {
		try (KubernetesClient client = Cluster.connect()) {
			await().atMost(Duration.ofMinutes(3))
				.pollInterval(Duration.ofMillis(500))
				.until(() -> LEAVING.stream().allMatch((gone) -> client.namespaces().withName(gone).get() == null));
		}
	}

}
