package io.github.grpck8s.observability;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ResourceProvider;
import io.opentelemetry.sdk.resources.Resource;
import org.jspecify.annotations.Nullable;

/**
 * Says which pod telemetry comes from, as the pod's environment says it (downward API).
 * What {@code OTEL_RESOURCE_ATTRIBUTES} says beats this.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/resource/k8s/">Kubernetes
 * attributes</a>
 */
public final class KubernetesResource implements ResourceProvider {

	/** After the providers of the SDK, before that of the environment, which is last. */
	private static final int ORDER = 1000;

	private static final Map<String, String> VARIABLES = variables();

	private final UnaryOperator<@Nullable String> environment;

	/**
	 * Create the provider.
	 * @param environment the value of a variable of the environment, {@code null} if it
	 * is not set
	 */
	public KubernetesResource(UnaryOperator<@Nullable String> environment) {
		this.environment = environment;
	}

	private static Map<String, String> variables() {
		Map<String, String> variables = new LinkedHashMap<>();
		variables.put("k8s.namespace.name", "POD_NAMESPACE");
		variables.put("k8s.pod.name", "POD_NAME");
		variables.put("k8s.pod.uid", "POD_UID");
		variables.put("k8s.node.name", "NODE_NAME");
		variables.put("service.instance.id", "POD_UID");
		return variables;
	}

	/**
	 * What the environment says.
	 * @return attributes of a resource, empty outside of a pod
	 */
	public Map<String, String> attributes() {
		Map<String, String> attributes = new LinkedHashMap<>();
		VARIABLES.forEach((attribute, variable) -> {
			String value = this.environment.apply(variable);
			if (value != null && !value.isBlank()) {
				attributes.put(attribute, value);
			}
		});
		return attributes;
	}

	@Override
	public Resource createResource(ConfigProperties config) {
		AttributesBuilder attributes = Attributes.builder();
		attributes().forEach(attributes::put);
		return Resource.create(attributes.build());
	}

	@Override
	public int order() {
		return ORDER;
	}

}
