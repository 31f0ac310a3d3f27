package io.github.grpck8s.it.cluster;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Our servers with clients that are not ours, and servers that are not ours with those:
 * grpc-go with its own DNS and with kuberesolver, and grpc-java with its own DNS.
 */
@OnCluster
@OnlyOn(value = OnlyOn.OWN, because = "the image of the client in Go is made there")
class OthersTests {

	@Test
	void rollingRestartOfOurServersLosesNoCallOfOtherClients(TestNamespace namespace) {
		Release release = Release.install(namespace, "demo", "client.rate=10");
		Load dns = caller(release, "go-dns", address(release));
		Load kuberesolver = caller(release, "go-kuberesolver",
				"kubernetes:///" + release.object("server") + "." + namespace.name() + ":grpc");
		dns.awaitAnswersOf(3);
		kuberesolver.awaitAnswersOf(3);
		Instant start = Instant.now();
		release.restart("server");
		List<Load.Second> byDns = dns.from(start);
		List<Load.Second> byKuberesolver = kuberesolver.from(start);
		Figures.print("rolling restart of our servers, grpc-go with dns:/// and round_robin: %s", Load.summary(byDns));
		Figures.print("rolling restart of our servers, grpc-go with kuberesolver and round_robin: %s",
				Load.summary(byKuberesolver));
		assertThat(Load.failed(byDns)).as(() -> dns.failures().toString()).isZero();
		assertThat(Load.failed(byKuberesolver)).as(() -> kuberesolver.failures().toString()).isZero();
	}

	/**
	 * For comparison, and no promise: what is lost depends on how old the client's DNS
	 * answer is when the last old pod goes.
	 */
	@Test
	void rollingRestartOfServersThatDoNotDrain(TestNamespace namespace) {
		Release release = Release.install(namespace, "demo", "server.replicas=2", "config.shutdown.enabled=false");
		Load java = release.besides("java-dns", release.byDns()).load();
		Load go = caller(release, "go-dns", address(release));
		Load ours = release.load();
		java.awaitAnswersOf(2);
		go.awaitAnswersOf(2);
		Instant start = Instant.now();
		release.restart("server");
		String what = "rolling restart of 2 servers without the room shutdown, ";
		Figures.print(what + "k8s:/// + kubernetes: %s", Load.summary(ours.from(start)));
		Figures.print(what + "grpc-java with dns:/// and round_robin: %s", Load.summary(java.from(start)));
		Figures.print(what + "grpc-go with dns:/// and round_robin: %s", Load.summary(go.from(start)));
		assertThat(List.of(ours, java, go)).allSatisfy((load) -> assertThat(Load.calls(load.from(start))).isPositive());
	}

	private static String address(Release release) {
		return "dns:///" + release.object("server") + "." + release.namespace().name() + ".svc.cluster.local:9090";
	}

	private static Load caller(Release release, String name, String target) {
		release.namespace()
			.add("""
					apiVersion: v1
					kind: Pod
					metadata: {name: %s}
					spec:
					  serviceAccountName: %s
					  automountServiceAccountToken: true
					  terminationGracePeriodSeconds: 0
					  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
					  containers:
					    - name: caller
					      image: registry.local/caller:1
					      args: [-target, "%s", -rate, "50"]
					      securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
					"""
				.formatted(name, release.object("client"), target));
		Cluster.run("kubectl", "-n", release.namespace().name(), "wait", "--for=condition=Ready", "pod/" + name,
				"--timeout=2m");
		return new Load(release.namespace(), name);
	}

}
