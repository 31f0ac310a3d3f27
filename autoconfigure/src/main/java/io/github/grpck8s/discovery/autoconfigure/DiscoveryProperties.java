package io.github.grpck8s.discovery.autoconfigure;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.discovery.DiscoverySettings;
import io.github.grpck8s.discovery.DiscoverySettings.Fallback;
import io.github.grpck8s.discovery.DnsSettings;
import io.github.grpck8s.discovery.DnsSettings.Server;
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
 * @param fallback What is asked while EndpointSlices may not be listed: nothing, so that
 * calls fail and name the Role, or the DNS of the cluster, which knows the ready pods of
 * headless Services
 * @param dns How DNS is asked, for k8s-dns targets and as fallback
 * @param literalPorts Whether the port number of a target that is in no slice is used as
 * it is, for pods that listen on a port which their Service does not name
 * @param lookUpNode Whether the API server is asked for the zone of the own node, which
 * needs a ClusterRole with get on nodes
 * @param preferOwnZone Whether calls stay in the own zone where the slices have no hints,
 * while enough endpoints there are well
 * @param minimumInZone Number of ready endpoints that the own zone must have for that
 */
@ConfigurationProperties("grpc.k8s.discovery")
record DiscoveryProperties(@DefaultValue("true") boolean enabled, @Nullable String namespace, @Nullable String zone,
		@Nullable String node, @DefaultValue("auto") IpFamily ipFamily, @DefaultValue("false") boolean strictIpFamily,
		@DefaultValue("150s") Duration watchSilence, @DefaultValue("10m") Duration linger,
		@DefaultValue("10s") Duration initialTimeout, @Name("static") @DefaultValue Map<String, List<String>> fixed,
		@DefaultValue("none") Fallback fallback, @DefaultValue Dns dns, @DefaultValue("false") boolean literalPorts,
		@DefaultValue("false") boolean lookUpNode, @DefaultValue("false") boolean preferOwnZone,
		@DefaultValue("2") int minimumInZone) {

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
		if (minimumInZone < 1) {
			throw new InvalidSettingException(PREFIX + "minimum-in-zone", minimumInZone, "must be at least 1",
					"Set prefer-own-zone=false to prefer no zone.");
		}
	}

	DiscoverySettings settings() {
		return new DiscoverySettings(text(this.namespace), text(this.zone), text(this.node), this.ipFamily,
				this.strictIpFamily, this.watchSilence, this.linger, this.initialTimeout, fixedEndpoints(),
				this.fallback, this.dns.settings(), this.literalPorts, this.lookUpNode,
				this.preferOwnZone ? this.minimumInZone : 0);
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

	/**
	 * How the DNS of the cluster is asked for pods.
	 *
	 * @param interval Time between two questions, within which a change of pods is seen
	 * @param timeout Time that one DNS server has for an answer before the next is asked
	 * @param hold Time for which the last known pods are kept although DNS says that
	 * there are none
	 * @param clusterDomain Domain of the cluster, instead of the one in the search list
	 * of resolv.conf
	 * @param servers DNS servers as address or address:port, instead of those of
	 * resolv.conf
	 */
	record Dns(@DefaultValue("5s") Duration interval, @DefaultValue("1s") Duration timeout,
			@DefaultValue("10s") Duration hold, @Nullable String clusterDomain, @DefaultValue List<String> servers) {

		Dns {
			if (interval.toMillis() < 100) {
				throw new InvalidSettingException(PREFIX + "dns.interval", interval, "must be at least 100ms",
						"Answers of DNS are kept for some seconds by caches: choose for example 5s.");
			}
			if (timeout.toMillis() < 1) {
				throw new InvalidSettingException(PREFIX + "dns.timeout", timeout, "must be at least 1ms",
						"Choose how long one server may take, for example 1s.");
			}
			if (hold.isNegative()) {
				throw new InvalidSettingException(PREFIX + "dns.hold", hold, "must not be negative",
						"Choose 0s to believe at once that there are no pods.");
			}
			if (clusterDomain != null && !clusterDomain.isBlank()
					&& !clusterDomain.matches("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\\.?")) {
				throw new InvalidSettingException(PREFIX + "dns.cluster-domain", clusterDomain, "must be a domain name",
						"Leave it out, or name the domain of the cluster, for example cluster.local.");
			}
			servers.forEach(Dns::server);
		}

		DnsSettings settings() {
			return new DnsSettings(this.interval, this.timeout, this.hold, text(this.clusterDomain),
					this.servers.stream().map(Dns::server).toList());
		}

		private static InetSocketAddress server(String text) {
			try {
				return Server.parse(text);
			}
			catch (IllegalArgumentException ex) {
				throw new InvalidSettingException(PREFIX + "dns.servers", text, "must be an address or address:port",
						"Name the server by its address, for example 10.96.0.10 or [fd00::a]:53.");
			}
		}

	}

}
