package io.github.grpck8s.it.chart;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.convert.DurationStyle;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the chart tells Kubernetes and what it tells the application is the same.
 */
class ChartApplicationTests {

	private static final Duration REST = Duration.ofSeconds(5);

	@ParameterizedTest
	@ValueSource(strings = { "defaults", "postgresql", "autoscaled", "minimal", "names", "everything" })
	void kubeletWaitsAsLongAsTheApplicationDrains(String values) {
		Rendered rendered = Chart.with(values).render();
		for (String component : rendered.pods().keySet()) {
			Map<String, String> environment = rendered.environment(component);
			Duration delay = duration(environment, "GRPC_K8S_SHUTDOWN_DELAY");
			Duration grace = duration(environment, "GRPC_K8S_SHUTDOWN_GRACE");
			Duration kubelet = Duration.ofSeconds(rendered.pod(component).getTerminationGracePeriodSeconds());
			assertThat(kubelet).as(component).isGreaterThanOrEqualTo(delay.plus(grace).plus(REST));
			assertThat(duration(environment, "GRPC_K8S_SHUTDOWN_TERMINATION_GRACE_PERIOD")).as(component)
				.isEqualTo(kubelet);
			// a preStop sleep would be the delay a second time
			assertThat(rendered.container(component).getLifecycle()).as(component).isNull();
			for (HorizontalPodAutoscaler autoscaler : rendered.all(HorizontalPodAutoscaler.class)) {
				assertThat(autoscaler.getSpec().getBehavior().getScaleDown().getPolicies())
					.allSatisfy((policy) -> assertThat(Duration.ofSeconds(policy.getPeriodSeconds()))
						.isGreaterThanOrEqualTo(kubelet));
			}
		}
		for (String component : rendered.pods().keySet()) {
			if (!component.equals("test")) {
				assertThat(rendered.application(component)).as("one place for the drain")
					.doesNotContainKeys("grpc.k8s.shutdown.delay", "grpc.k8s.shutdown.grace");
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "5s, 20s, 30", "0s, 20s, 25", "1500ms, 1ms, 8", "1m, 1h, 3665", "10s, 2m, 135" })
	void gracePeriodIsReckonedFromTheDrain(String delay, String grace, long seconds) {
		Rendered rendered = Chart.withDefaults()
			.set("config.shutdown.delay", delay)
			.set("config.shutdown.grace", grace)
			.render();
		assertThat(rendered.pod("server").getTerminationGracePeriodSeconds()).isEqualTo(seconds);
		assertThat(rendered.environment("server")).containsEntry("GRPC_K8S_SHUTDOWN_DELAY", delay)
			.containsEntry("GRPC_K8S_SHUTDOWN_GRACE", grace)
			.containsEntry("GRPC_K8S_SHUTDOWN_TERMINATION_GRACE_PERIOD", seconds + "s");
	}

	@Test
	void longerGracePeriodIsTaken() {
		Rendered rendered = Chart.with("everything").render();
		assertThat(rendered.pod("server").getTerminationGracePeriodSeconds()).isEqualTo(70);
		assertThat(rendered.environment("server")).containsEntry("GRPC_K8S_SHUTDOWN_TERMINATION_GRACE_PERIOD", "70s");
	}

	@ParameterizedTest
	@ValueSource(strings = { "defaults", "postgresql", "autoscaled", "minimal", "names", "everything" })
	void kubeletAsksTheServerForItsNamedServices(String values) {
		Rendered rendered = Chart.with(values).render();
		Container server = rendered.container("server");
		Map<String, Object> application = rendered.application("server");
		Object port = application.getOrDefault("grpc.k8s.health.port", application.get("grpc.server.port"));
		Map.of("startup", server.getStartupProbe(), "readiness", server.getReadinessProbe(), "liveness",
				server.getLivenessProbe())
			.forEach((name, probe) -> {
				assertThat(probe.getGrpc().getService()).isEqualTo(name);
				assertThat(probe.getGrpc().getPort()).as("port of %s", name).isEqualTo(port);
				assertThat(server.getPorts()).extracting((open) -> open.getContainerPort()).contains((Integer) port);
				assertThat(probe.getTimeoutSeconds()).isLessThanOrEqualTo(probe.getPeriodSeconds());
			});
		assertThat(flip(server.getLivenessProbe())).as("out before it is restarted")
			.isGreaterThan(flip(server.getReadinessProbe()));
	}

	@Test
	void healthPortTakesTheProbes() {
		Rendered rendered = Chart.with("everything").render();
		assertThat(rendered.container("server").getReadinessProbe().getGrpc().getPort()).isEqualTo(9091);
		assertThat(Chart.withDefaults().render().container("server").getReadinessProbe().getGrpc().getPort())
			.isEqualTo(9090);
	}

	@ParameterizedTest
	@ValueSource(strings = { "defaults", "postgresql", "autoscaled", "names", "everything" })
	void clientCallsTheServiceByItsPortsName(String values) {
		Rendered rendered = Chart.with(values).render();
		Service service = rendered.one(Service.class);
		assertThat(rendered.application("client"))
			.containsEntry("grpc.client.users.address",
					"k8s:///" + service.getMetadata().getName() + "." + service.getMetadata().getNamespace() + ":"
							+ service.getSpec().getPorts().get(0).getName())
			.containsEntry("grpc.client.users.negotiation-type", "plaintext");
		assertThat(rendered.pod("client").getVolumes()).as("the test reads what the client reads")
			.isEqualTo(rendered.pod("test").getVolumes());
	}

	@ParameterizedTest
	@ValueSource(strings = { "defaults", "postgresql", "autoscaled", "minimal", "names", "everything" })
	void portsOfTheApplicationAreThoseOfTheContainer(String values) {
		Rendered rendered = Chart.with(values).render();
		Map<String, Object> server = rendered.application("server");
		assertThat(rendered.container("server").getPorts()).anySatisfy((port) -> {
			assertThat(port.getName()).isEqualTo("grpc");
			assertThat(port.getContainerPort()).isEqualTo(server.get("grpc.server.port"));
		}).anySatisfy((port) -> {
			assertThat(port.getName()).isEqualTo("management");
			assertThat(port.getContainerPort()).isEqualTo(server.get("server.port"));
		});
		rendered.pods().forEach((component, pod) -> {
			Map<String, String> annotations = pod.getMetadata().getAnnotations();
			if (annotations.containsKey("prometheus.io/scrape")) {
				assertThat(annotations)
					.containsEntry("prometheus.io/port",
							String.valueOf(rendered.application(component).get("server.port")))
					.containsEntry("prometheus.io/path", "/actuator/prometheus");
			}
		});
		assertThat(server).as("endpoints that there are")
			.containsEntry("management.endpoints.web.exposure.include", "health,info,prometheus");
	}

	@ParameterizedTest
	@ValueSource(strings = { "defaults", "postgresql", "autoscaled", "minimal", "names", "everything" })
	void everySettingIsOneOfTheStarters(String values) {
		Settings settings = Settings.ofTheClassPath();
		Rendered rendered = Chart.with(values).render();
		for (String component : rendered.pods().keySet()) {
			rendered.environment(component).forEach((name, value) -> {
				if (name.startsWith("GRPC_K8S_")) {
					settings.checkVariable(name, value);
				}
			});
			if (!component.equals("test")) {
				rendered.application(component).forEach((name, value) -> {
					if (name.startsWith("grpc.k8s.")) {
						settings.check(name, value);
					}
				});
			}
		}
	}

	@Test
	void settingsOfEveryRoomArriveAsTheyAre() {
		Map<String, Object> server = Chart.with("everything").render().application("server");
		assertThat(server).containsEntry("grpc.k8s.keepalive.server.time", "1h")
			.containsEntry("grpc.k8s.keepalive.client.timeout", "5s")
			.containsEntry("grpc.k8s.limits.max-message-size", 4194304)
			.containsEntry("grpc.k8s.discovery.watch-silence", "2m")
			.containsEntry("grpc.k8s.health.port", 9091)
			.containsEntry("logging.level.root", "warn");
		assertThat(Chart.with("everything").render().application("client"))
			.containsEntry("grpc.client.users.max-inbound-message-size", "2MB")
			.containsEntry("grpc.client.users.negotiation-type", "plaintext")
			.containsEntry("example.client.rate", 20);
		assertThat(Chart.withDefaults().render().application("server").keySet())
			.as("what is not set keeps the starter's default")
			.noneMatch((name) -> name.startsWith("grpc.k8s."));
	}

	@Test
	void defaultsOfTheDrainAreTheStarters() {
		Settings settings = Settings.ofTheClassPath();
		Map<String, String> environment = Chart.withDefaults().render().environment("server");
		settings.checkDefault("grpc.k8s.shutdown.grace", environment.get("GRPC_K8S_SHUTDOWN_GRACE"));
	}

	@Test
	void logsAreJsonUnlessTextIsAskedFor() {
		assertThat(Chart.withDefaults().render().environment("server")).containsEntry("SPRING_PROFILES_ACTIVE",
				"server,json");
		assertThat(Chart.withDefaults().render().environment("test")).containsEntry("SPRING_PROFILES_ACTIVE",
				"client,json");
		assertThat(Chart.with("minimal").render().environment("server")).containsEntry("SPRING_PROFILES_ACTIVE",
				"server");
	}

	@Test
	void checkOfSettingsSeesWhatIsWrong() {
		Settings settings = new Settings(List.of(new Settings.Known("grpc.k8s.room.time", "java.time.Duration", "20s"),
				new Settings.Known("grpc.k8s.room.wide-enough", "java.lang.Boolean", null),
				new Settings.Known("grpc.k8s.room.channels", "java.util.Map<java.lang.String,X>", null)));
		settings.check("grpc.k8s.room.time", "5m");
		settings.check("grpc.k8s.room.wideEnough", true);
		settings.check("grpc.k8s.room.channels.users.deadline", "5m");
		settings.check("grpc.k8s.room-to-come.time", "5m");
		settings.checkVariable("GRPC_K8S_ROOM_WIDE_ENOUGH", "true");
		settings.checkVariable("GRPC_K8S_ROOM_WIDEENOUGH", "true");
		settings.checkDefault("grpc.k8s.room.time", "20000ms");
		assertThat(catching(() -> settings.check("grpc.k8s.room.tiem", "5m"))).contains("grpc.k8s.room.tiem");
		assertThat(catching(() -> settings.check("grpc.k8s.room.time", "soon"))).contains("soon");
		assertThat(catching(() -> settings.checkVariable("GRPC_K8S_ROOM_TIEM", "5m"))).contains("GRPC_K8S_ROOM_TIEM");
		assertThat(catching(() -> settings.checkDefault("grpc.k8s.room.time", "21s"))).contains("21");
	}

	private static String catching(Runnable check) {
		try {
			check.run();
		}
		catch (AssertionError expected) {
			return String.valueOf(expected.getMessage());
		}
		throw new AssertionError("should have been seen");
	}

	private static int flip(Probe probe) {
		return probe.getPeriodSeconds() * probe.getFailureThreshold() + probe.getTimeoutSeconds();
	}

	private static Duration duration(Map<String, String> environment, String name) {
		return DurationStyle.detectAndParse(Objects.requireNonNull(environment.get(name), name));
	}

}
