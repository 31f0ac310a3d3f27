package io.github.grpck8s.discovery;

import org.jspecify.annotations.Nullable;

/**
 * What a channel wants of a Service. Channels that want the same share one answer.
 *
 * @param port which port of the pods
 * @param literal whether a number that is in no slice is used as it is
 * @param family which addresses to begin with
 * @param strictFamily whether the other family is never used
 * @param node the own node, or {@code null} if unknown
 * @param zone the own zone, or {@code null} if unknown
 * @param minimumInZone how many ready endpoints the own zone must have to be preferred
 * without hints, 0 to prefer none
 */
record Selection(KubernetesTarget.Port port, boolean literal, IpFamily family, boolean strictFamily,
		@Nullable String node, @Nullable String zone, int minimumInZone) {

	Selection(KubernetesTarget.Port port, IpFamily family, boolean strictFamily, @Nullable String node,
			@Nullable String zone) {
		this(port, false, family, strictFamily, node, zone, 0);
	}

	/**
	 * What a channel of an application wants.
	 */
	static Selection of(KubernetesTarget.Port port, DiscoverySettings settings) {
		return new Selection(port, settings.literalPorts(), settings.preferredFamily(), settings.strictIpFamily(),
				settings.node(), settings.zone(), settings.minimumInZone());
	}

	Selection in(String ownZone) {
		return new Selection(this.port, this.literal, this.family, this.strictFamily, this.node, ownZone,
				this.minimumInZone);
	}

}
