package io.github.grpck8s.it.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The Pod Security Standards, level restricted, over every pod.
 *
 * @see <a href=
 * "https://kubernetes.io/docs/concepts/security/pod-security-standards/">Pod Security
 * Standards</a>
 */
class ChartPodSecurityTests {

	@ParameterizedTest
	@ValueSource(strings = { "defaults", "postgresql", "autoscaled", "minimal", "names", "everything" })
	void everyPodIsRestricted(String values) {
		Rendered rendered = Chart.with(values).render();
		rendered.pods().forEach((component, pod) -> assertThat(violations(pod.getSpec())).as(component).isEmpty());
	}

	@Test
	void testOfTheChartIsAmongThem() {
		assertThat(Chart.withDefaults().render().pods()).containsOnlyKeys("server", "client", "test");
	}

	@Test
	void clusterMayGiveOutUserIds() {
		Rendered rendered = Chart.withDefaults()
			.set("securityContext.runAsUser", "null")
			.set("securityContext.runAsGroup", "null")
			.render();
		assertThat(rendered.pod("server").getSecurityContext().getRunAsUser()).isNull();
		assertThat(violations(rendered.pod("server"))).isEmpty();
	}

	@Test
	void whatIsNotRestrictedIsSeen() {
		Deployment open = (Deployment) Rendered.read(Yaml.one("""
				apiVersion: apps/v1
				kind: Deployment
				spec:
				  template:
				    spec:
				      hostNetwork: true
				      volumes:
				        - name: host
				          hostPath: {path: /}
				      containers:
				        - name: open
				          securityContext: {privileged: true, runAsUser: 0, capabilities: {add: [SYS_ADMIN]}}
				          ports:
				            - {containerPort: 80, hostPort: 80}
				          livenessProbe:
				            httpGet: {port: 80, host: example.org}
				"""));
		assertThat(violations(open.getSpec().getTemplate().getSpec())).containsExactlyInAnyOrder("host namespaces",
				"volume host", "open: may run as root", "open: seccomp profile", "open: privileged",
				"open: may gain privileges", "open: capabilities", "open: host port", "open: probe of a host",
				"open: may write to its root");
	}

	private static List<String> violations(PodSpec pod) {
		List<String> found = new ArrayList<>();
		PodSecurityContext context = Objects.requireNonNullElseGet(pod.getSecurityContext(), PodSecurityContext::new);
		add(found, "host namespaces",
				isTrue(pod.getHostNetwork()) || isTrue(pod.getHostPID()) || isTrue(pod.getHostIPC()));
		add(found, "sysctls", !context.getSysctls().isEmpty());
		add(found, "SELinux, AppArmor or Windows options", context.getSeLinuxOptions() != null
				|| context.getAppArmorProfile() != null || context.getWindowsOptions() != null);
		for (Volume volume : pod.getVolumes()) {
			add(found, "volume " + volume.getName(),
					volume.getConfigMap() == null && volume.getCsi() == null && volume.getDownwardAPI() == null
							&& volume.getEmptyDir() == null && volume.getEphemeral() == null
							&& volume.getPersistentVolumeClaim() == null && volume.getProjected() == null
							&& volume.getSecret() == null);
		}
		List<Container> containers = new ArrayList<>(pod.getContainers());
		containers.addAll(pod.getInitContainers());
		assertThat(containers).isNotEmpty();
		containers.forEach((container) -> check(found, context, container));
		return found;
	}

	private static void check(List<String> found, PodSecurityContext pod, Container container) {
		String name = container.getName() + ": ";
		SecurityContext own = Objects.requireNonNullElseGet(container.getSecurityContext(), SecurityContext::new);
		Boolean nonRoot = (own.getRunAsNonRoot() != null) ? own.getRunAsNonRoot() : pod.getRunAsNonRoot();
		Long user = (own.getRunAsUser() != null) ? own.getRunAsUser() : pod.getRunAsUser();
		add(found, name + "may run as root", !isTrue(nonRoot) || (user != null && user == 0));
		var seccomp = (own.getSeccompProfile() != null) ? own.getSeccompProfile() : pod.getSeccompProfile();
		add(found, name + "seccomp profile",
				seccomp == null || !Set.of("RuntimeDefault", "Localhost").contains(seccomp.getType()));
		add(found, name + "privileged", isTrue(own.getPrivileged()));
		add(found, name + "may gain privileges", !Boolean.FALSE.equals(own.getAllowPrivilegeEscalation()));
		add(found, name + "capabilities",
				own.getCapabilities() == null || !own.getCapabilities().getDrop().contains("ALL")
						|| !Set.of("NET_BIND_SERVICE").containsAll(own.getCapabilities().getAdd()));
		add(found, name + "proc mount", own.getProcMount() != null && !own.getProcMount().equals("Default"));
		add(found, name + "host port",
				container.getPorts()
					.stream()
					.anyMatch((port) -> port.getHostPort() != null && port.getHostPort() != 0));
		add(found, name + "probe of a host", Stream
			.of(container.getStartupProbe(), container.getReadinessProbe(), container.getLivenessProbe())
			.anyMatch((probe) -> probe != null && probe.getHttpGet() != null && probe.getHttpGet().getHost() != null));
		// not in the standard, but ours
		add(found, name + "may write to its root", !isTrue(own.getReadOnlyRootFilesystem()));
	}

	private static void add(List<String> found, String violation, boolean violated) {
		if (violated) {
			found.add(violation);
		}
	}

	private static boolean isTrue(@Nullable Boolean value) {
		return Boolean.TRUE.equals(value);
	}

}
