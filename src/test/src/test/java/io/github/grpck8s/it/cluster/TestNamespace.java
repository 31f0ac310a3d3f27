package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.awaitility.Awaitility.await;

/**
 * A namespace for one test, in which the cluster enforces the standard
 * {@code restricted}.
 */
final class TestNamespace implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(TestNamespace.class);

	private static final int LOG_LINES = 200;

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

	@Override
	public void close() {
		try {
			this.client.namespaces().withName(this.name).delete();
			await().atMost(Duration.ofMinutes(3))
				.pollInterval(Duration.ofMillis(500))
				.until(() -> this.client.namespaces().withName(this.name).get() == null);
		}
		finally {
			this.client.close();
		}
	}

}
