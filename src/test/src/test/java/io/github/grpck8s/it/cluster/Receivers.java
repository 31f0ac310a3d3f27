package io.github.grpck8s.it.cluster;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;

import static org.awaitility.Awaitility.await;

/**
 * A Collector, Jaeger and Prometheus in the namespace of a test, asked through the API
 * server. What they are is in {@code cluster/receivers.yaml}.
 */
final class Receivers implements AutoCloseable {

	private final TestNamespace namespace;

	private final List<HasMetadata> definitions;

	private final List<HasMetadata> objects;

	private Receivers(TestNamespace namespace) {
		this.namespace = namespace;
		this.definitions = load("monitoring-crds");
		this.objects = load("receivers");
	}

	/**
	 * Start them; Prometheus waits for {@link #watch}.
	 */
	static Receivers start(TestNamespace namespace) {
		Receivers receivers = new Receivers(namespace);
		receivers.definitions.forEach((crd) -> namespace.client().resource(crd).serverSideApply());
		receivers.objects
			.forEach((object) -> namespace.client().resource(object).inNamespace(namespace.name()).create());
		receivers.awaitReady("jaeger");
		receivers.awaitReady("otelcol");
		receivers.definitions.forEach((crd) -> Cluster.run("kubectl", "wait", "--for=condition=Established",
				"crd/" + crd.getMetadata().getName(), "--timeout=60s"));
		return receivers;
	}

	/**
	 * Tell Prometheus of the chart's pods and rules, as the operator would.
	 * @param release whose
	 */
	void watch(Release release) {
		GenericKubernetesResource rule = Objects.requireNonNull(this.namespace.client()
			.genericKubernetesResources("monitoring.coreos.com/v1", "PrometheusRule")
			.inNamespace(this.namespace.name())
			.withName(release.whole())
			.get());
		List<Map<String, Object>> pods = new ArrayList<>();
		List<Map<String, Object>> kubelets = new ArrayList<>();
		for (String component : List.of("server", "client")) {
			for (Pod pod : release.pods(component)) {
				pods.add(Map.of("targets", List.of(pod.getStatus().getPodIP() + ":8080"), "labels", Map.of("namespace",
						this.namespace.name(), "pod", pod.getMetadata().getName(), "container", component)));
			}
		}
		this.namespace.client()
			.nodes()
			.list()
			.getItems()
			.forEach((node) -> kubelets.add(Map.of("targets", List.of("kubernetes.default.svc:443"), "labels",
					Map.of("instance", node.getMetadata().getName(), "__metrics_path__",
							"/api/v1/nodes/" + node.getMetadata().getName() + "/proxy/metrics/cadvisor"))));
		this.namespace.client()
			.resource(new ConfigMapBuilder().withNewMetadata()
				.withName("release")
				.endMetadata()
				.addToData("rules.yaml", Serialization.asYaml(rule.getAdditionalProperties().get("spec")))
				.addToData("pods.json", Serialization.asJson(pods))
				.addToData("kubelets.json", Serialization.asJson(kubelets))
				.build())
			.inNamespace(this.namespace.name())
			.create();
		awaitReady("prometheus");
	}

	/**
	 * What Jaeger answers.
	 * @param path below {@code /api/}
	 */
	JsonNode jaeger(String path) {
		return get("jaeger:16686", path);
	}

	/**
	 * What Prometheus answers.
	 * @param path below {@code /api/}
	 */
	JsonNode prometheus(String path) {
		return get("prometheus:9090", path);
	}

	/**
	 * The result of an expression now.
	 */
	JsonNode query(String expression) {
		return prometheus("v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8)).path("data")
			.path("result");
	}

	private JsonNode get(String service, String path) {
		String answer = this.namespace.client()
			.raw("/api/v1/namespaces/" + this.namespace.name() + "/services/" + service + "/proxy/api/" + path);
		return (answer != null) ? Serialization.unmarshal(answer, JsonNode.class) : MissingNode.getInstance();
	}

	private void awaitReady(String name) {
		this.namespace.client()
			.apps()
			.deployments()
			.inNamespace(this.namespace.name())
			.withName(name)
			.waitUntilReady(2, TimeUnit.MINUTES);
	}

	private List<HasMetadata> load(String name) {
		try (InputStream file = Objects
			.requireNonNull(Receivers.class.getResourceAsStream("/cluster/" + name + ".yaml"), name)) {
			String text = new String(file.readAllBytes(), StandardCharsets.UTF_8).replace("NAMESPACE",
					this.namespace.name());
			return this.namespace.client()
				.load(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))
				.items();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Take away what lies outside of the namespace.
	 */
	@Override
	public void close() {
		this.objects.stream()
			.filter((object) -> object.getKind().startsWith("Cluster"))
			.forEach((object) -> this.namespace.client().resource(object).delete());
		this.definitions.forEach((crd) -> this.namespace.client().resource(crd).delete());
		await().atMost(Duration.ofMinutes(1))
			.until(() -> this.definitions.stream()
				.allMatch((crd) -> this.namespace.client().resource(crd).get() == null));
	}

}
