package io.github.grpck8s.discovery;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The settings of discovery.
 *
 * @param namespace namespace of targets that name none, or {@code null} for the service
 * account's, then the kubeconfig's
 * @param zone the zone this application runs in, or {@code null} if unknown
 * @param node the node this application runs on, or {@code null} if unknown
 * @param ipFamily which addresses of the pods to use
 * @param strictIpFamily whether the other family is never used
 * @param watchSilence time without any sign of life after which a watch is restarted
 * @param linger time for which a watch that no channel uses any more is kept
 * @param initialTimeout time that calls wait for the first answer of the API server
 * @param fixed endpoints that take the place of those of the cluster, by
 * {@code service.namespace}, or {@code service} for any namespace
 * @param fallback what is asked when slices may not be listed
 * @param dns how DNS is asked
 * @param literalPorts whether a port number that is in no slice is used as it is
 * @param lookUpNode whether the API server is asked for the zone of the own node
 * @param minimumInZone how many ready endpoints the own zone must have to be preferred
 * where there are no hints, 0 to prefer none
 */
public record DiscoverySettings(@Nullable String namespace, @Nullable String zone, @Nullable String node,
		IpFamily ipFamily, boolean strictIpFamily, Duration watchSilence, Duration linger, Duration initialTimeout,
		Map<String, List<FixedEndpoint>> fixed, Fallback fallback, DnsSettings dns, boolean literalPorts,
		boolean lookUpNode, int minimumInZone) {

	/**
	 * Create settings without endpoints of their own, fallback, or anything that is to be
	 * asked for.
	 */
	public DiscoverySettings(@Nullable String namespace, @Nullable String zone, @Nullable String node,
			IpFamily ipFamily, boolean strictIpFamily, Duration watchSilence, Duration linger,
			Duration initialTimeout) {
		this(namespace, zone, node, ipFamily, strictIpFamily, watchSilence, linger, initialTimeout, Map.of(),
				Fallback.NONE, DnsSettings.DEFAULT, false, false, 0);
	}

	/**
	 * What is asked when slices may not be listed.
	 */
	public enum Fallback {

		/** Nothing: calls fail and say what is missing. */
		NONE,

		/** The DNS of the cluster, which tells the ready pods of headless Services. */
		DNS

	}

	/**
	 * The endpoints that take the place of those of a Service.
	 * @return the endpoints, none if the cluster is asked
	 */
	List<FixedEndpoint> fixed(String service, @Nullable String namespace) {
		List<FixedEndpoint> endpoints = this.fixed.get(service + "." + namespace);
		return (endpoints != null) ? endpoints : this.fixed.getOrDefault(service, List.of());
	}

	/**
	 * The settings of a process without an application context: the defaults, and what
	 * the environment says under the names that Spring would bind.
	 */
	static DiscoverySettings fromEnvironment() {
		return new DiscoverySettings(env("GRPC_K8S_DISCOVERY_NAMESPACE"), env("GRPC_K8S_DISCOVERY_ZONE"),
				env("GRPC_K8S_DISCOVERY_NODE"), IpFamily.AUTO, false, Duration.ofSeconds(150), Duration.ofMinutes(10),
				Duration.ofSeconds(10), Map.of(),
				"dns".equalsIgnoreCase(env("GRPC_K8S_DISCOVERY_FALLBACK")) ? Fallback.DNS : Fallback.NONE,
				DnsSettings.DEFAULT, false, false, 0);
	}

	/**
	 * The family to begin with: the one that was set, else the own pod's if the downward
	 * API tells it.
	 */
	IpFamily preferredFamily() {
		if (this.ipFamily != IpFamily.AUTO) {
			return this.ipFamily;
		}
		String own = env("POD_IP");
		return (own == null) ? IpFamily.AUTO : (own.indexOf(':') >= 0) ? IpFamily.IPV6 : IpFamily.IPV4;
	}

	private static @Nullable String env(String name) {
		String value = System.getenv(name);
		return (value == null || value.isBlank()) ? null : value;
	}

}
