package io.github.grpck8s.discovery.autoconfigure;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.discovery.DiscoverySettings;
import io.github.grpck8s.discovery.FixedEndpoint;
import io.github.grpck8s.discovery.IpFamily;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * How the pods behind a {@code k8s:} target are found.
 *
 * @param enabled Whether channels of this application bring its Kubernetes client and
 * these settings to their k8s targets
 * @param namespace Namespace of targets that name none, instead of the one of the service
 * account or the kubeconfig
 * @param zone Zone that this application runs in, for slices with zone hints
 * @param node Node that this application runs on, for slices with node hints and to find
 * the own zone
 * @param ipFamily Which addresses of pods to use in a cluster with both families
 * @param strictIpFamily Whether the other family is never used, not even when the
 * preferred one has no endpoint
 * @param watchSilence Time without an event or a bookmark after which a watch is
 * restarted
 * @param linger Time for which the watch of a Service is kept after its last channel left
 * @param initialTimeout Time that calls wait for the first answer of the API server
 * before they fail
 * @param fixed Endpoints as host:port that take the place of those of the cluster, by the
 * name of a Service or by service.namespace, for tests and forwarded ports
 */
@ConfigurationProperties("grpc.k8s.discovery")
record DiscoveryProperties(@DefaultValue("true") boolean enabled, @Nullable String namespace, @Nullable String zone,
		@Nullable String node, @DefaultValue("auto") IpFamily ipFamily, @DefaultValue("false") boolean strictIpFamily,
		@DefaultValue("150s") Duration watchSilence, @DefaultValue("10m") Duration linger,
		@DefaultValue("10s") Duration initialTimeout, @Name("static") @DefaultValue Map<String, List<String>> fixed) {

	private static final String PREFIX = "grpc.k8s.discovery.";

	DiscoveryProperties {
		if (namespace != null && !namespace.isBlank() && !namespace.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")) {
			throw new InvalidSettingException(PREFIX + "namespace", namespace, "must be the name of a namespace",
					"Use lower-case letters, digits and '-', at most 63 characters.");
		}
		fixed.forEach((service, endpoints) -> endpoints.forEach((endpoint) -> requireEndpoint(service, endpoint)));
		if (watchSilence.compareTo(Duration.ofSeconds(1)) < 0) {
			throw new InvalidSettingException(PREFIX + "watch-silence", watchSilence, "must be at least 1s",
					"The API server gives a sign of life about once a minute: choose more than that, for example 150s.");
		}
		if (linger.isNegative()) {
			throw new InvalidSettingException(PREFIX + "linger", linger, "must not be negative",
					"Choose 0s to end a watch together with its last channel.");
		}
		if (initialTimeout.isNegative() || initialTimeout.isZero()) {
			throw new InvalidSettingException(PREFIX + "initial-timeout", initialTimeout, "must be positive",
					"Choose how long calls may wait for the first answer, for example 10s.");
		}
	}

	DiscoverySettings settings() {
		return new DiscoverySettings(text(this.namespace), text(this.zone), text(this.node), this.ipFamily,
				this.strictIpFamily, this.watchSilence, this.linger, this.initialTimeout, fixedEndpoints());
	}

	private Map<String, List<FixedEndpoint>> fixedEndpoints() {
		Map<String, List<FixedEndpoint>> endpoints = new HashMap<>();
		this.fixed
			.forEach((service, texts) -> endpoints.put(service, texts.stream().map(FixedEndpoint::parse).toList()));
		return Map.copyOf(endpoints);
	}

	private static void requireEndpoint(String service, String endpoint) {
		try {
			FixedEndpoint.parse(endpoint);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSettingException(PREFIX + "static." + service, endpoint, "must be host:port",
					"Name an address or a host and a port, for example 127.0.0.1:9090.");
		}
	}

	/**
	 * A chart that passes an unknown value on passes an empty one.
	 */
	private static @Nullable String text(@Nullable String value) {
		return (value == null || value.isBlank()) ? null : value;
	}

}
