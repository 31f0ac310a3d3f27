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
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the application asks the API server for, and what it says when it may not.
 */
@OnCluster
@Installed("server.replicas=1")
class PermissionTests {

	@Test
	@OnlyOn(value = OnlyOn.OWN, because = "its audit log can be read")
	void asksForEndpointSlicesOfItsNamespaceAndNothingElse(Release release) throws IOException {
		String namespace = release.namespace().name();
		Instant start = Instant.now();
		release.restart("client");
		release.load().awaitAnswersOf(1);
		TreeSet<String> asked = new TreeSet<>();
		try (Stream<String> lines = Files.lines(Path.of(Cluster.run("audit").strip()))) {
			lines.filter((line) -> line.contains("\"system:serviceaccount:" + namespace + ":"))
				.map((line) -> Serialization.unmarshal(line, GenericKubernetesResource.class))
				.filter((event) -> Instant.parse(event.get("requestReceivedTimestamp")).isAfter(start))
				.forEach((event) -> asked.add(described(event)));
		}
		Figures.print("asked of the API server: %s", asked);
		// the second watch is that of the client that ended
		assertThat(asked).containsExactly("list endpointslices.discovery.k8s.io in " + namespace + ", 200",
				"watch endpointslices.discovery.k8s.io in " + namespace + ", 200");
	}

	@Test
	void withoutThePermissionTheCallerIsToldWhichOne(Release release) {
		TestNamespace namespace = release.namespace();
		Load running = release.load();
		Instant removed = Instant.now();
		namespace.client()
			.rbac()
			.roleBindings()
			.inNamespace(namespace.name())
			.withName("demo-example-app-discovery")
			.delete();
		running.go(Duration.ofSeconds(10));
		Figures.print("permission taken from a client that runs: %s", Load.summary(running.from(removed)));
		assertThat(Load.failed(running.from(removed))).as("keeps what it knows").isZero();
		release.restart("client");
		Load load = release.load();
		// what was read, not read again: the kubelet may begin a new file meanwhile
		List<String> failures = await().atMost(Duration.ofMinutes(2))
			.until(load::failures, (lines) -> !lines.isEmpty());
		String described = failures.get(failures.size() - 1);
		Figures.print("without permission the caller sees: %s", described);
		assertThat(described).contains("UNAVAILABLE", "Not allowed to list endpointslices",
				"namespace " + namespace.name(), release.object("client"));
		Instant given = Instant.now();
		release.upgrade();
		await().atMost(Duration.ofMinutes(2))
			.until(() -> load.since(given).stream().anyMatch((second) -> !second.pods().isEmpty()));
		long recovered = load.since(given)
			.stream()
			.filter((second) -> !second.pods().isEmpty())
			.mapToLong(Load.Second::time)
			.findFirst()
			.orElseThrow();
		Figures.print("permission given back: first answer at most %d ms after", recovered - given.toEpochMilli());
		load.awaitCalm(given, 3);
	}

	private static String described(GenericKubernetesResource event) {
		Object group = event.get("objectRef", "apiGroup");
		return event.get("verb") + " " + event.get("objectRef", "resource") + ((group != null) ? "." + group : "")
				+ " in " + event.get("objectRef", "namespace") + ", " + event.get("responseStatus", "code");
	}

}
