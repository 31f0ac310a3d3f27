package io.github.grpck8s.it.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The service account's token changes, as the kubelet changes it before it expires. Here
 * the token lies in a Secret, for the kubelet would wait eight minutes.
 */
@OnCluster
@OnlyOn(value = OnlyOn.OWN, because = "its audit log says which token was used")
class TokenTests {

	private static final String MOUNTED_FROM_SECRET = """
			{"spec": {"template": {"spec": {"automountServiceAccountToken": false,
			"volumes": [{"name": "token", "projected": {"sources": [{"secret": {"name": "token"}},
			{"configMap": {"name": "kube-root-ca.crt"}},
			{"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}]}}]}}],
			"containers": [{"name": "client", "volumeMounts": [{"name": "token", "readOnly": true,
			"mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}]}]}}}}""";

	@Test
	void newTokenIsUsedWhenTheOldOneIsRefused(TestNamespace namespace) throws IOException {
		// a watch that is silent for 5 s is begun anew, and shows its token
		Release release = Release.install(namespace, "demo", "server.replicas=1", "client.replicas=0",
				"config.discovery.watch-silence=5s");
		putToken(release, "first");
		Cluster.run("kubectl", "-n", namespace.name(), "patch", "deployment", release.object("client"), "-p",
				MOUNTED_FROM_SECRET);
		Cluster.run("kubectl", "-n", namespace.name(), "scale", "deployment", release.object("client"), "--replicas=1");
		release.awaitRollout("client");
		Load load = release.load();
		load.awaitAnswersOf(1);
		Instant changed = Instant.now();
		String second = putToken(release, "second");
		// the kubelet looks after a pod at once when it changes, and else once a minute
		Cluster.run("kubectl", "-n", namespace.name(), "annotate", "pod",
				release.pods("client").get(0).getMetadata().getName(), "look=again");
		// a token is good as long as the object that it is bound to
		Cluster.run("kubectl", "-n", namespace.name(), "delete", "secret", "first");
		await().atMost(Duration.ofMinutes(2))
			.pollInterval(Duration.ofSeconds(1))
			.until(() -> wasAcceptedWith(second, namespace));
		Instant used = Instant.now();
		release.scale(2);
		await().atMost(Duration.ofMinutes(3)).until(() -> Load.byPod(load.since(used)).size() == 2);
		List<Load.Second> seconds = load.from(changed);
		Figures.print("token changed: the new one is in use after %d s, %s",
				Duration.between(changed, used).toSeconds(), Load.summary(seconds));
		assertThat(Load.failed(seconds)).as(() -> load.failures().toString()).isZero();
	}

	/**
	 * @return the new token's id
	 */
	private static String putToken(Release release, String name) {
		String namespace = release.namespace().name();
		Cluster.run("kubectl", "-n", namespace, "create", "secret", "generic", name, "--from-literal=bound=here");
		String token = Cluster
			.run("kubectl", "-n", namespace, "create", "token", release.object("client"), "--bound-object-kind=Secret",
					"--bound-object-name=" + name)
			.strip();
		release.namespace()
			.client()
			.resource(new SecretBuilder().withNewMetadata()
				.withName("token")
				.withNamespace(namespace)
				.endMetadata()
				.addToStringData("token", token)
				.build())
			.createOr(NonDeletingOperation::update);
		String claims = new String(Base64.getUrlDecoder().decode(token.split("\\.")[1]), StandardCharsets.UTF_8);
		return String.valueOf(Serialization.unmarshal(claims, Map.class).get("jti"));
	}

	private static boolean wasAcceptedWith(String token, TestNamespace namespace) throws IOException {
		try (Stream<String> lines = Files.lines(Path.of(Cluster.run("audit").strip()))) {
			return lines.filter((line) -> line.contains("\"system:serviceaccount:" + namespace.name() + ":"))
				.anyMatch((line) -> line.contains("JTI=" + token) && line.contains("\"code\":200"));
		}
	}

}
