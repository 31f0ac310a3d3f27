package io.github.grpck8s.it.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Values that cannot be are refused with a text that says why.
 */
class ChartRefusalTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					server.terminationGracePeriodSeconds=29 | server.terminationGracePeriodSeconds is 29, but config.shutdown.delay 5s + config.shutdown.grace 20s + 5 s = 30
					server.probes.startup.failureThreshold=44 | periodSeconds 2 × failureThreshold 44 = 88 s, but 3 × server.slowestStart 30s = 90 s are needed: raise failureThreshold to 45
					client.slowestStart=1m | but 3 × client.slowestStart 1m = 180 s are needed
					server.probes.readiness.periodSeconds=7 | periodSeconds 7 × failureThreshold 2 + timeoutSeconds 2 = 16 s, but server.readinessWithin is 15s
					server.probes.liveness.failureThreshold=1,server.probes.liveness.periodSeconds=9 | server.probes.liveness restarts after periodSeconds × failureThreshold + timeoutSeconds = 12 s, which must be later than readiness takes the pod out, 12 s
					server.probes.startup.timeoutSeconds=3 | server.probes.startup.timeoutSeconds 3 is longer than its periodSeconds 2
					server.autoscaling.enabled=true,config.shutdown.grace=1m | server.autoscaling.scaleDown.periodSeconds is 60, but a pod takes up to 70 s to go
					server.autoscaling.enabled=true,server.autoscaling.minReplicas=11 | minReplicas 11 is greater than maxReplicas 10
					server.autoscaling.enabled=true,server.resources.requests.cpu=null | needs server.resources.requests.cpu
					client.resources.limits.memory=200Mi | client.resources.limits.memory is 200Mi: below 256Mi
					server.managementPort=9090 | server.grpcPort 9090, server.managementPort 9090 and config.health.port (none) must differ
					config.health.port=8080 | config.health.port 8080 must differ
					database.type=postgresql | database.url is "", but database.type postgresql needs jdbc:postgresql://host/database
					database.type=postgresql,database.url=jdbc:postgresql://db/users | needs database.username and database.existingSecret
					database.url=jdbc:postgresql://db/users | are for database.type postgresql, but it is h2
					client.target=k8s://users.shop:grpc | client.target k8s://users.shop:grpc has two slashes: write k8s:///users.shop:grpc
					image.tag=latest | image.tag is latest
					fullnameOverride=1st | begins with a digit, and a Service must begin with a letter
					server.extraEnv[0].name=GRPC_K8S_SHUTDOWN_DELAY | server.extraEnv sets GRPC_K8S_SHUTDOWN_DELAY, which the chart sets itself
					server.extraProperties.grpc.k8s.limits.window=1 | server.extraProperties has grpc.k8s: write that under config
					""")
	void numbersThatDoNotAddUp(String values, String message) {
		refuses(values, "1.36.0", message);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			replicas=3 | additional properties 'replicas' not allowed
			server.replica=3 | at '/server': additional properties 'replica' not allowed
			config.keepAlive.time=1h | at '/config': additional properties 'keepAlive' not allowed
			config.shutdown.dely=5s | at '/config/shutdown': additional properties 'dely' not allowed
			config.keepalive.server.tiem=1h | at '/config/keepalive/server': additional properties 'tiem' not allowed
			config.health.port=high | at '/config/health/port': got string, want integer
			config.discovery.node=n1 | at '/config/discovery/node'
			config.tls.enabled=true | at '/config': additional properties 'tls' not allowed
			image.tga=1 | at '/image': additional properties 'tga' not allowed
			server.replicas=three | at '/server/replicas': got string, want integer
			client.enabled=perhaps | at '/client/enabled': got string, want boolean
			config.shutdown.delay=5 | at '/config/shutdown/delay': got number, want string
			config.shutdown.grace=PT20S | at '/config/shutdown/grace': 'PT20S' does not match pattern
			config.shutdown.termination-grace-period=30s | at '/config/shutdown/termination-grace-period'
			server.grpcPort=80 | at '/server/grpcPort': minimum: got 80, want 1,024
			server.grpcPort=65536 | at '/server/grpcPort': maximum: got 65,536, want 65,535
			server.podDisruptionBudget.maxUnavailable=0 | at '/server/podDisruptionBudget/maxUnavailable'
			securityContext.runAsUser=0 | at '/securityContext/runAsUser': minimum: got 0, want 1
			securityContext.privileged=true | at '/securityContext': additional properties 'privileged' not allowed
			database.type=mysql | at '/database/type'
			observability.otlp.endpoint=collector:4318 | at '/observability/otlp/endpoint'
			server.podLabels.app\\.kubernetes\\.io/component=x | invalid propertyName 'app.kubernetes.io/component'
			server.service.trafficDistribution=Near | at '/server/service/trafficDistribution'
			image.repository=Users | at '/image/repository'
			""")
	void whatTheSchemaDoesNotKnow(String values, String message) {
		refuses(values, "1.36.0", message);
	}

	@Test
	void clustersThatAreTooOld() {
		refuses("", "1.26.9", "chart requires kubeVersion: >=1.27.0-0");
		refuses("server.service.trafficDistribution=PreferSameZone", "1.33.1",
				"server.service.trafficDistribution PreferSameZone needs Kubernetes 1.34.0, but this is v1.33.1");
	}

	@Test
	void tagsThatLostTheirZeros(@TempDir Path folder) throws IOException {
		refusesFile(folder, "image: {tag: 1.10}", "at '/image/tag': got number");
		refusesFile(folder, "image: {tag: 2.0}", "image.tag is the number 2: write it in quotes");
	}

	@Test
	void everythingThatIsWrongIsSaidAtOnce() {
		refuses("image.tag=latest,client.target=k8s://users:grpc,database.type=postgresql", "1.36.0",
				"client.target k8s://users:grpc has two slashes");
		refuses("image.tag=latest,client.target=k8s://users:grpc,database.type=postgresql", "1.36.0",
				"image.tag is latest");
	}

	private static void refuses(String values, String kubeVersion, String message) {
		Chart chart = Chart.withDefaults().kubeVersion(kubeVersion);
		for (String assignment : values.isEmpty() ? new String[0] : values.split(",")) {
			String[] sides = assignment.split("=", 2);
			chart.set(sides[0], sides[1]);
		}
		assertThatIllegalStateException().as(values).isThrownBy(chart::render).withMessageContaining(message);
	}

	private static void refusesFile(Path folder, String values, String message) throws IOException {
		Path file = Files.writeString(folder.resolve("values.yaml"), values);
		assertThatIllegalStateException().as(values)
			.isThrownBy(() -> Chart.withDefaults().values(file).render())
			.withMessageContaining(message);
	}

}
