package io.github.grpck8s.it.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The chart's life in a namespace that enforces the standard {@code restricted}.
 */
@OnCluster
class InstallTests {

	@Test
	void installsTestsUpgradesAndLeavesNothing(TestNamespace namespace) {
		assertThatExceptionOfType(KubernetesClientException.class).as("the namespace enforces the standard")
			.isThrownBy(() -> namespace.client()
				.pods()
				.inNamespace(namespace.name())
				.resource(new PodBuilder().withNewMetadata()
					.withName("root")
					.endMetadata()
					.withNewSpec()
					.addNewContainer()
					.withName("root")
					.withImage("root:1")
					.endContainer()
					.endSpec()
					.build())
				.create())
			.withMessageContaining("violates PodSecurity");
		Instant start = Instant.now();
		Release release = Release.install(namespace, "demo");
		Figures.print("helm install until all pods are ready: %d s",
				Duration.between(start, Instant.now()).toSeconds());
		assertThat(release.pods("server")).hasSize(3).allSatisfy((pod) -> {
			var container = pod.getSpec().getContainers().get(0);
			assertThat(container.getReadinessProbe().getGrpc()).as("the kubelet's own gRPC probe").isNotNull();
			assertThat(pod.getStatus().getContainerStatuses()).allSatisfy((status) -> {
				assertThat(status.getReady()).isTrue();
				assertThat(status.getRestartCount()).isZero();
			});
		});
		assertThat(release.test()).containsPattern("Phase:\\s+Succeeded").contains("20 calls, 0 failed");
		List<String> before = names(release);
		release.upgrade("config.shutdown.delay=4s");
		assertThat(names(release)).hasSize(3).doesNotContainAnyElementsOf(before);
		release.uninstall();
		namespace.awaitGone("server");
		namespace.awaitGone("client");
		assertThat(Cluster
			.run("kubectl", "-n", namespace.name(), "get",
					"all,configmaps,secrets,serviceaccounts,roles,rolebindings,poddisruptionbudgets,endpointslices,"
							+ "horizontalpodautoscalers,leases",
					"-o", "name")
			.lines()).containsExactlyInAnyOrder("configmap/kube-root-ca.crt", "serviceaccount/default");
	}

	@Test
	void asksTheApiServerForEndpointSlicesOfItsNamespaceAndNothingElse(TestNamespace namespace) throws IOException {
		assumeThat(Cluster.hasAudit()).as("only the cluster that the scripts make has an audit log").isTrue();
		Release release = Release.install(namespace, "demo");
		release.load().go(Duration.ofSeconds(20));
		release.restart("client");
		TreeSet<String> asked = new TreeSet<>();
		try (Stream<String> lines = Files.lines(Path.of(Cluster.run("audit").strip()))) {
			lines.filter((line) -> line.contains("\"system:serviceaccount:" + namespace.name() + ":"))
				.map((line) -> Serialization.unmarshal(line, GenericKubernetesResource.class))
				.forEach((event) -> asked.add(described(event)));
		}
		Figures.print("asked of the API server: %s", asked);
		assertThat(asked).containsExactly("list endpointslices.discovery.k8s.io in " + namespace.name() + ", 200",
				"watch endpointslices.discovery.k8s.io in " + namespace.name() + ", 200");
	}

	private static String described(GenericKubernetesResource event) {
		Object group = event.get("objectRef", "apiGroup");
		return event.get("verb") + " " + event.get("objectRef", "resource") + ((group != null) ? "." + group : "")
				+ " in " + event.get("objectRef", "namespace") + ", " + event.get("responseStatus", "code");
	}

	private static List<String> names(Release release) {
		return release.pods("server").stream().map((pod) -> pod.getMetadata().getName()).toList();
	}

}
