package io.github.grpck8s.it.chart;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ChartRenderingTests {

	@ParameterizedTest
	@ValueSource(strings = { "defaults", "postgresql", "autoscaled", "minimal", "names", "everything" })
	void lintsStrictly(String values) {
		LintResult result = Chart.lint(values);
		assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
		assertThat(result.getMessages()).allMatch((message) -> message.startsWith("[INFO]"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "defaults", "postgresql", "autoscaled", "minimal", "names", "everything" })
	void objectsFitTogether(String values) {
		Rendered rendered = Chart.with(values).render();
		Set<String> seen = new HashSet<>();
		for (HasMetadata object : rendered.objects()) {
			String name = object.getMetadata().getName();
			assertThat(seen.add(object.getKind() + "/" + object.getMetadata().getNamespace() + "/" + name))
				.as("%s %s is there once", object.getKind(), name)
				.isTrue();
			assertThat(name).as(object.getKind()).hasSizeLessThanOrEqualTo(63).matches("[a-z]([-a-z0-9]*[a-z0-9])?");
			assertThat(object.getMetadata().getLabels()).as("labels of %s %s", object.getKind(), name)
				.containsKeys("app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component",
						"app.kubernetes.io/part-of", "app.kubernetes.io/version", "app.kubernetes.io/managed-by",
						"helm.sh/chart")
				.allSatisfy((key, value) -> assertThat(value).as(key)
					.hasSizeLessThanOrEqualTo(63)
					.matches("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"));
		}
		for (Deployment deployment : rendered.all(Deployment.class)) {
			assertThat(deployment.getSpec().getTemplate().getMetadata().getLabels())
				.containsAllEntriesOf(deployment.getSpec().getSelector().getMatchLabels());
			assertThat(deployment.getSpec().getStrategy().getRollingUpdate().getMaxUnavailable().getIntVal()).isZero();
			assertThat(deployment.getSpec().getStrategy().getRollingUpdate().getMaxSurge().getIntVal()).isOne();
		}
		for (PodDisruptionBudget budget : rendered.all(PodDisruptionBudget.class)) {
			assertThat(selected(rendered, budget.getSpec().getSelector().getMatchLabels())).containsOnly("server");
		}
		for (HorizontalPodAutoscaler autoscaler : rendered.all(HorizontalPodAutoscaler.class)) {
			Deployment scaled = rendered.one(Deployment.class, "server");
			assertThat(autoscaler.getSpec().getScaleTargetRef().getName()).isEqualTo(scaled.getMetadata().getName());
			assertThat(scaled.getSpec().getReplicas()).as("replicas are the autoscaler's").isNull();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "defaults", "postgresql", "autoscaled", "minimal", "names", "everything" })
	void serviceLeadsToServersAndNobodyElse(String values) {
		Rendered rendered = Chart.with(values).render();
		Service service = rendered.one(Service.class);
		assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
		assertThat(service.getSpec().getPublishNotReadyAddresses()).isNull();
		assertThat(selected(rendered, service.getSpec().getSelector())).containsExactly("server");
		assertThat(service.getSpec().getPorts()).extracting(ServicePort::getName).containsExactly("grpc", "management");
		assertThat(service.getSpec().getPorts().get(0).getAppProtocol()).isEqualTo("grpc");
		for (ServicePort port : service.getSpec().getPorts()) {
			assertThat(rendered.container("server").getPorts()).as("container port %s", port.getName())
				.anySatisfy((container) -> {
					assertThat(container.getName()).isEqualTo(port.getTargetPort().getStrVal());
					assertThat(container.getContainerPort()).isEqualTo(port.getPort());
				});
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "defaults", "postgresql", "autoscaled", "minimal", "names", "everything" })
	void whatPodsNameIsThere(String values) {
		Rendered rendered = Chart.with(values).render();
		List<String> accounts = rendered.all(ServiceAccount.class)
			.stream()
			.map((account) -> account.getMetadata().getName())
			.toList();
		List<String> configMaps = rendered.all(ConfigMap.class)
			.stream()
			.map((map) -> map.getMetadata().getName())
			.toList();
		rendered.pods().forEach((component, pod) -> {
			PodSpec spec = pod.getSpec();
			if (!spec.getServiceAccountName().equals("default")) {
				assertThat(accounts).contains(spec.getServiceAccountName());
			}
			assertThat(spec.getEnableServiceLinks()).as("%s: service links", component).isFalse();
			List<String> volumes = spec.getVolumes().stream().map(Volume::getName).toList();
			for (Volume volume : spec.getVolumes()) {
				if (volume.getConfigMap() != null) {
					assertThat(configMaps).contains(volume.getConfigMap().getName());
				}
			}
			for (Container container : spec.getContainers()) {
				assertThat(container.getVolumeMounts())
					.allSatisfy((mount) -> assertThat(volumes).contains(mount.getName()));
				assertThat(container.getImage())
					.matches("[a-z0-9./:_-]+(:[A-Za-z0-9_][A-Za-z0-9_.-]*|@sha256:[0-9a-f]{64})")
					.doesNotEndWith(":latest");
				assertThat(container.getEnv()).as("%s: each variable once", component)
					.extracting((variable) -> variable.getName())
					.doesNotHaveDuplicates()
					.contains("POD_NAME", "POD_NAMESPACE", "POD_UID", "NODE_NAME", "GRPC_K8S_DISCOVERY_NODE");
			}
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "defaults", "postgresql", "autoscaled", "names" })
	void onlyTheClientMayReadEndpointSlicesAndNothingElse(String values) {
		Rendered rendered = Chart.with(values).render();
		Role role = rendered.one(Role.class);
		assertLeast(role);
		RoleBinding binding = rendered.one(RoleBinding.class);
		assertThat(binding.getRoleRef().getKind()).isEqualTo("Role");
		assertThat(binding.getRoleRef().getName()).isEqualTo(role.getMetadata().getName());
		assertThat(binding.getSubjects()).hasSize(1);
		Subject subject = binding.getSubjects().get(0);
		assertThat(subject.getKind()).isEqualTo("ServiceAccount");
		assertThat(subject.getNamespace()).isEqualTo("shop");
		assertThat(subject.getName()).isEqualTo(rendered.pod("client").getServiceAccountName())
			.isEqualTo(rendered.pod("test").getServiceAccountName())
			.isNotEqualTo(rendered.pod("server").getServiceAccountName());
		assertThat(rendered.pod("server").getAutomountServiceAccountToken()).isFalse();
		assertThat(rendered.pod("client").getAutomountServiceAccountToken()).isTrue();
		assertThat(rendered.pod("test").getAutomountServiceAccountToken()).isTrue();
		assertThat(rendered.all(ServiceAccount.class))
			.allSatisfy((account) -> assertThat(account.getAutomountServiceAccountToken()).isFalse());
	}

	@Test
	void serverWithChannelsOfItsOwnMayReadThemTooInEveryNamespaceThatItNames() {
		Rendered rendered = Chart.with("everything").render();
		assertThat(rendered.all(Role.class)).extracting((role) -> role.getMetadata().getNamespace())
			.containsExactly("shop", "orders");
		assertThat(rendered.all(Role.class)).allSatisfy(ChartRenderingTests::assertLeast);
		assertThat(rendered.all(RoleBinding.class)).extracting((binding) -> binding.getMetadata().getNamespace())
			.containsExactly("shop", "orders");
		assertThat(rendered.all(RoleBinding.class)).allSatisfy((binding) -> assertThat(binding.getSubjects())
			.allSatisfy((subject) -> assertThat(subject.getNamespace()).isEqualTo("shop"))
			.extracting(Subject::getName)
			.containsExactly(rendered.pod("client").getServiceAccountName(),
					rendered.pod("server").getServiceAccountName()));
		assertThat(rendered.pod("server").getAutomountServiceAccountToken()).isTrue();
	}

	@Test
	void minimumIsServerServiceAndConfiguration() {
		Rendered rendered = Chart.with("minimal").render();
		assertThat(rendered.objects()).extracting(HasMetadata::getKind)
			.containsExactlyInAnyOrder("ConfigMap", "Service", "Deployment");
	}

	@Test
	void testNeedsNoClient() {
		Rendered rendered = Chart.withDefaults().set("client.enabled", false).render();
		assertThat(rendered.pods()).containsOnlyKeys("server", "test");
		assertThat(rendered.one(RoleBinding.class).getSubjects()).extracting(Subject::getName)
			.containsExactly(rendered.pod("test").getServiceAccountName());
		assertThat(rendered.environment("test")).containsEntry("EXAMPLE_CLIENT_CALLS", "20");
		assertThat(rendered.pod("test").getRestartPolicy()).isEqualTo("Never");
		assertThat(rendered.pod("test").getActiveDeadlineSeconds()).isEqualTo(180);
		assertThat(rendered.template("test").getMetadata().getAnnotations()).as("there for helm test --logs")
			.containsEntry("helm.sh/hook-delete-policy", "before-hook-creation");
	}

	@Test
	void tagMayBeNumberOnTheCommandLine() {
		assertThat(Chart.withDefaults().set("image.tag", "1").render().container("server").getImage())
			.isEqualTo("grpc-k8s-example-app:1");
		assertThat(Chart.withDefaults().set("image.tag", "20261122").render().container("server").getImage())
			.isEqualTo("grpc-k8s-example-app:20261122");
		assertThat(Chart.withDefaults().set("image.tag", "1.10").render().container("server").getImage())
			.isEqualTo("grpc-k8s-example-app:1.10");
		assertThat(Chart.withDefaults().render().container("server").getImage())
			.isEqualTo("grpc-k8s-example-app:0.1.0");
		assertThat(Chart.with("everything").render().container("server").getImage())
			.startsWith("registry.example:5000/shop/users@sha256:01");
	}

	@Test
	void longAndOddReleaseNamesFit() {
		for (String release : List.of("a", "a.b.c", "example-app", "r".repeat(53), "users-" + "x".repeat(40) + ".v2")) {
			Rendered rendered = Chart.with("names").release(release).render();
			for (HasMetadata object : rendered.objects()) {
				assertThat(object.getMetadata().getName()).as("%s of release %s", object.getKind(), release)
					.hasSizeLessThanOrEqualTo(63)
					.matches("[a-z]([-a-z0-9]*[a-z0-9])?");
			}
		}
		assertThat(Chart.withDefaults().release("example-app").render().one(Service.class).getMetadata().getName())
			.isEqualTo("example-app-server");
	}

	@Test
	void podsRestartWhenTheirConfigurationChangesAndOnlyThen() {
		Map<String, PodTemplateSpec> before = Chart.withDefaults().render().pods();
		Map<String, PodTemplateSpec> scaled = Chart.withDefaults().set("server.replicas", 5).render().pods();
		Map<String, PodTemplateSpec> changed = Chart.withDefaults()
			.set("config.keepalive.server.time", "1h")
			.render()
			.pods();
		assertThat(scaled).isEqualTo(before);
		for (String component : List.of("server", "client")) {
			assertThat(checksum(changed, component)).as(component).isNotEqualTo(checksum(before, component));
		}
	}

	@Test
	void zoneIsHandedOverWherePodsCarryIt() {
		assertThat(Chart.withDefaults().kubeVersion("1.34.2").render().container("client").getEnv())
			.extracting((variable) -> variable.getName())
			.doesNotContain("GRPC_K8S_DISCOVERY_ZONE");
		assertThat(Chart.withDefaults().kubeVersion("1.35.0").render().container("client").getEnv())
			.filteredOn((variable) -> variable.getName().equals("GRPC_K8S_DISCOVERY_ZONE"))
			.singleElement()
			.satisfies((variable) -> assertThat(variable.getValueFrom().getFieldRef().getFieldPath())
				.isEqualTo("metadata.labels['topology.kubernetes.io/zone']"));
	}

	@Test
	void passwordComesFromTheUsersSecretAndIsNowhereElse() {
		Rendered rendered = Chart.with("postgresql").render();
		assertThat(rendered.container("server").getEnv())
			.filteredOn((variable) -> variable.getName().equals("SPRING_DATASOURCE_PASSWORD"))
			.singleElement()
			.satisfies((variable) -> {
				assertThat(variable.getValueFrom().getSecretKeyRef().getName()).isEqualTo("users-db");
				assertThat(variable.getValueFrom().getSecretKeyRef().getKey()).isEqualTo("password");
			});
		assertThat(rendered.environment("server"))
			.containsEntry("SPRING_DATASOURCE_URL", "jdbc:postgresql://db.shop:5432/users")
			.containsEntry("SPRING_DATASOURCE_USERNAME", "users");
		assertThat(rendered.container("client").getEnv()).extracting((variable) -> variable.getName())
			.noneMatch((name) -> name.startsWith("SPRING_DATASOURCE"));
		assertThat(Chart.withDefaults().render().container("server").getEnv())
			.extracting((variable) -> variable.getName())
			.noneMatch((name) -> name.startsWith("SPRING_DATASOURCE"));
	}

	@Test
	void everythingOnReachesThePods() {
		Rendered rendered = Chart.with("everything").render();
		PodSpec server = rendered.pod("server");
		assertThat(server.getTopologySpreadConstraints()).singleElement()
			.satisfies((spread) -> assertThat(selected(rendered, spread.getLabelSelector().getMatchLabels()))
				.containsExactly("server"));
		assertThat(server.getAffinity()
			.getPodAntiAffinity()
			.getPreferredDuringSchedulingIgnoredDuringExecution()
			.get(0)
			.getPodAffinityTerm()
			.getLabelSelector()
			.getMatchLabels()).containsEntry("app.kubernetes.io/component", "server");
		assertThat(server.getTolerations()).hasSize(1);
		assertThat(server.getNodeSelector()).containsEntry("kubernetes.io/arch", "amd64");
		assertThat(server.getImagePullSecrets()).extracting((secret) -> secret.getName()).containsExactly("pull");
		assertThat(rendered.template("server").getMetadata().getLabels()).containsEntry("team", "shop");
		assertThat(rendered.template("server").getMetadata().getAnnotations()).containsEntry("example.org/note",
				"server");
		assertThat(rendered.one(Service.class).getSpec().getTrafficDistribution()).isEqualTo("PreferSameZone");
		assertThat(rendered.environment("server")).containsEntry("TZ", "UTC")
			.containsEntry("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.observability:4318")
			.containsEntry("JAVA_TOOL_OPTIONS",
					"-XX:MaxRAMPercentage=50 -XX:ActiveProcessorCount=2 -XX:+ExitOnOutOfMemoryError -Xlog:gc");
		assertThat(rendered.container("server").getPorts()).extracting(ContainerPort::getContainerPort)
			.containsExactly(9090, 8080, 9091);
	}

	@Test
	void notesSayWhatToLookAtAndWhatIsNotAsItShouldBe() {
		String notes = Chart.withDefaults().render().notes();
		assertThat(notes).contains("k8s:///demo-example-app-server.shop:grpc")
			.contains("helm -n shop test demo --logs")
			.contains("A pod has 30 s to go")
			.contains("database.type is h2")
			.doesNotContain("WARNING");
		assertThat(Chart.with("minimal").render().notes()).contains("WARNING: config.shutdown.delay is 0s")
			.contains("with one server");
		assertThat(Chart.with("everything").render().notes()).doesNotContain("h2").doesNotContain("WARNING");
	}

	@Test
	void readingIsStrict() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Rendered.read(Yaml.one("{apiVersion: v1, kind: Service, spec: {clusterIp: None}}")))
			.withMessageContaining("clusterIp");
	}

	private static void assertLeast(Role role) {
		assertThat(role.getRules()).hasSize(1);
		assertThat(role.getRules().get(0).getApiGroups()).containsExactly("discovery.k8s.io");
		assertThat(role.getRules().get(0).getResources()).containsExactly("endpointslices");
		assertThat(role.getRules().get(0).getVerbs()).containsExactly("get", "list", "watch");
	}

	private static List<String> selected(Rendered rendered, Map<String, String> selector) {
		assertThat(selector).isNotEmpty();
		return rendered.pods()
			.entrySet()
			.stream()
			.filter((pod) -> pod.getValue().getMetadata().getLabels().entrySet().containsAll(selector.entrySet()))
			.map(Map.Entry::getKey)
			.toList();
	}

	private static String checksum(Map<String, PodTemplateSpec> pods, String component) {
		PodTemplateSpec pod = Objects.requireNonNull(pods.get(component), component);
		return Objects.requireNonNull(pod.getMetadata().getAnnotations().get("checksum/config"));
	}

}
