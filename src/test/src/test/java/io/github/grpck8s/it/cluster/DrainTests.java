package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;

import io.fabric8.kubernetes.api.model.Pod;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pods that are told to go, and have less time than they were promised.
 */
@OnCluster
class DrainTests {

	private static final String CUT_SHORT = """
			{"spec": {"template": {"spec": {"terminationGracePeriodSeconds": 3, "containers": [{"name": "server",
			"env": [{"name": "GRPC_K8S_SHUTDOWN_TERMINATION_GRACE_PERIOD", "value": "3s"}]}]}}}}""";

	@Test
	void drainThatIsCutShortIsWarnedOfAtTheStart(TestNamespace namespace) {
		Release release = Release.install(namespace, "demo", "server.replicas=0");
		Cluster.run("kubectl", "-n", namespace.name(), "patch", "deployment", release.object("server"), "-p",
				CUT_SHORT);
		release.scale(2);
		release.awaitRollout("server");
		Pod pod = release.pods("server").get(0);
		String name = pod.getMetadata().getName();
		assertThat(namespace.client().pods().inNamespace(namespace.name()).withName(name).getLog())
			.contains("Kubernetes kills this pod before it has drained");
		Load load = release.load();
		load.awaitAnswersOf(2);
		Instant start = Instant.now();
		namespace.client().pods().inNamespace(namespace.name()).withName(name).delete();
		namespace.awaitGone("server");
		Instant gone = Instant.now();
		load.go(Duration.ofSeconds(3));
		Figures.print("drain of 5 s + 20 s cut short after 3 s: the pod had gone after %d ms, %s",
				Duration.between(start, gone).toMillis(), Load.summary(load.from(start)));
		// the example's method is idempotent: what the pod took with it is asked of
		// another
		assertThat(Load.failed(load.from(start))).as(() -> load.failures().toString()).isZero();
	}

}
