package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.fabric8.kubernetes.api.model.Pod;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The database that readiness depends on goes away and comes back. It is H2's server, out
 * of the example's own image.
 */
@OnCluster
@OnlyOn(value = { OnlyOn.OWN, OnlyOn.KIND }, because = "its packets are ours to drop")
class DatabaseTests {

	private static final String DATABASE = """
			apiVersion: v1
			kind: List
			items:
			  - apiVersion: v1
			    kind: Service
			    metadata: {name: database}
			    spec:
			      selector: {app: database}
			      ports: [{port: 9092}]
			  - apiVersion: v1
			    kind: Pod
			    metadata: {name: database, labels: {app: database}}
			    spec:
			      automountServiceAccountToken: false
			      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
			      containers:
			        - name: h2
			          image: IMAGE
			          command: [java, -Xmx64m, -cp, "/app/lib/*", org.h2.tools.Server, -tcp, -tcpAllowOthers, -ifNotExists]
			          readinessProbe: {tcpSocket: {port: 9092}, periodSeconds: 1}
			          securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
			""";

	@Test
	void readinessFollowsTheDatabaseAndLivenessDoesNot(TestNamespace namespace) {
		namespace.add(DATABASE.replace("IMAGE", Cluster.run("image-name").strip()));
		Cluster.run("kubectl", "-n", namespace.name(), "wait", "--for=condition=Ready", "pod/database", "--timeout=2m");
		Release release = Release.install(namespace, "demo", "server.replicas=2",
				"server.extraProperties.spring.datasource.url=jdbc:h2:tcp://database:9092/mem:users;MODE=PostgreSQL;DB_CLOSE_DELAY=-1");
		Load load = release.load();
		load.awaitAnswersOf(2);
		Victim database = Victim.of(namespace.client().pods().inNamespace(namespace.name()).withName("database").get());
		Instant away = Instant.now();
		Instant out;
		try {
			database.blackHole(true);
			await().atMost(Duration.ofMinutes(2))
				.pollInterval(Duration.ofMillis(200))
				.until(() -> namespace.readyInSlices(release.object("server")).isEmpty());
			out = Instant.now();
			// longer than liveness would take to restart a pod: 3 × 10 s
			load.go(Duration.ofSeconds(45));
		}
		finally {
			database.blackHole(false);
		}
		Instant back = Instant.now();
		await().atMost(Duration.ofMinutes(3))
			.pollInterval(Duration.ofMillis(200))
			.until(() -> namespace.readyInSlices(release.object("server")).size() == 2);
		Figures.print("database away: all pods out of the slices after %d s; back: all in again after %d s",
				Duration.between(away, out).toSeconds(), Duration.between(back, Instant.now()).toSeconds());
		load.go(Duration.ofSeconds(3));
		Instant settled = Instant.now();
		load.go(Duration.ofSeconds(5));
		List<Load.Second> seconds = load.since(settled);
		List<Load.Second> without = load.since(away)
			.stream()
			.filter((second) -> second.time() < back.toEpochMilli())
			.toList();
		Figures.print("calls while it was away: %s; afterwards: %s", Load.byStatus(without), Load.summary(seconds));
		// these tests see a failed call where there is one
		assertThat(Load.failed(without)).isPositive();
		assertThat(Load.failed(seconds)).as(() -> load.failures().toString()).isZero();
		assertThat(release.pods("server")).hasSize(2)
			.extracting(DatabaseTests::restarts)
			.as("liveness stays")
			.containsOnly(0);
	}

	private static int restarts(Pod pod) {
		return pod.getStatus().getContainerStatuses().get(0).getRestartCount();
	}

}
