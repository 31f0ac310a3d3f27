package io.github.grpck8s.it.chart;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Helm made of the chart, read strictly: a field that Kubernetes does not know is an
 * error.
 */
final class Rendered {

	private static final ObjectMapper STRICT = new ObjectMapper()
		.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
		// the models would take unknown fields into a map
		.setAnnotationIntrospector(new JacksonAnnotationIntrospector() {

			private static final long serialVersionUID = 1L;

			@Override
			public Boolean hasAnySetter(Annotated annotated) {
				return false;
			}

		});

	private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.ofEntries(
			entry("v1/Service", Service.class), entry("v1/ServiceAccount", ServiceAccount.class),
			entry("v1/ConfigMap", ConfigMap.class), entry("v1/Pod", Pod.class),
			entry("apps/v1/Deployment", Deployment.class),
			entry("autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
			entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
			entry("rbac.authorization.k8s.io/v1/Role", Role.class),
			entry("rbac.authorization.k8s.io/v1/RoleBinding", RoleBinding.class),
			entry("monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class),
			entry("monitoring.coreos.com/v1/PodMonitor", PodMonitor.class));

	private final List<HasMetadata> objects = new ArrayList<>();

	private String notes = "";

	Rendered(String manifest) {
		for (Map<String, Object> document : Yaml.all(manifest)) {
			HasMetadata object = read(document);
			if (object instanceof ConfigMap map && map.getMetadata().getName().equals("notes-of-the-chart")) {
				this.notes = Objects.requireNonNull(map.getData().get("notes"));
			}
			else {
				this.objects.add(object);
			}
		}
	}

	static HasMetadata read(Map<String, Object> document) {
		String kind = document.get("apiVersion") + "/" + document.get("kind");
		assertThat(KINDS).as("kinds of Kubernetes that the chart makes").containsKey(kind);
		return STRICT.convertValue(document, KINDS.get(kind));
	}

	List<HasMetadata> objects() {
		return this.objects;
	}

	String notes() {
		return this.notes;
	}

	<T extends HasMetadata> List<T> all(Class<T> kind) {
		return this.objects.stream().filter(kind::isInstance).map(kind::cast).toList();
	}

	<T extends HasMetadata> T one(Class<T> kind) {
		assertThat(all(kind)).as(kind.getSimpleName()).hasSize(1);
		return all(kind).get(0);
	}

	/**
	 * The only object of a kind that belongs to a component.
	 * @param <T> the kind
	 * @param kind the kind
	 * @param component server, client or test
	 * @return the object
	 */
	<T extends HasMetadata> T one(Class<T> kind, String component) {
		List<T> found = all(kind).stream()
			.filter((object) -> component.equals(object.getMetadata().getLabels().get("app.kubernetes.io/component")))
			.toList();
		assertThat(found).as("%s of the %s", kind.getSimpleName(), component).hasSize(1);
		return found.get(0);
	}

	/**
	 * Every pod that would come to be, the one of the test included.
	 * @return the pods by their components
	 */
	Map<String, PodTemplateSpec> pods() {
		Map<String, PodTemplateSpec> pods = new LinkedHashMap<>();
		for (Deployment deployment : all(Deployment.class)) {
			PodTemplateSpec template = deployment.getSpec().getTemplate();
			pods.put(template.getMetadata().getLabels().get("app.kubernetes.io/component"), template);
		}
		for (Pod pod : all(Pod.class)) {
			PodTemplateSpec template = new PodTemplateSpec(pod.getMetadata(), pod.getSpec());
			pods.put(template.getMetadata().getLabels().get("app.kubernetes.io/component"), template);
		}
		return pods;
	}

	PodTemplateSpec template(String component) {
		return Objects.requireNonNull(pods().get(component), component);
	}

	PodSpec pod(String component) {
		return template(component).getSpec();
	}

	Container container(String component) {
		assertThat(pod(component).getContainers()).as("containers of the %s", component).hasSize(1);
		return pod(component).getContainers().get(0);
	}

	/**
	 * The environment that is written out, without what Kubernetes fills in.
	 * @param component server, client or test
	 * @return values by names
	 */
	Map<String, String> environment(String component) {
		return container(component).getEnv()
			.stream()
			.filter((variable) -> variable.getValue() != null)
			.collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
	}

	/**
	 * The application.yml that a component reads.
	 * @param component server or client
	 * @return values by their full names
	 */
	Map<String, Object> application(String component) {
		return Yaml
			.flat(Yaml.one(Objects.requireNonNull(one(ConfigMap.class, component).getData().get("application.yml"))));
	}

}
