package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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
		// it keeps the pod of a test for its log
		boolean helm3 = Cluster.run("helm", "version", "--short").startsWith("v3");
		assertThat(Cluster
			.run("kubectl", "-n", namespace.name(), "get",
					"all,configmaps,secrets,serviceaccounts,roles,rolebindings,poddisruptionbudgets,endpointslices,"
							+ "horizontalpodautoscalers,leases",
					"-o", "name")
			.lines()
			.filter((left) -> !helm3 || !left.equals("pod/demo-example-app-test")))
			.containsExactlyInAnyOrder("configmap/kube-root-ca.crt", "serviceaccount/default");
	}

	private static List<String> names(Release release) {
		return release.pods("server").stream().map((pod) -> pod.getMetadata().getName()).toList();
	}

}
