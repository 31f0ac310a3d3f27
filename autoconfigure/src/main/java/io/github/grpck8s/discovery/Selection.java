package io.github.grpck8s.discovery;

import org.jspecify.annotations.Nullable;

/**
 * What a channel wants of a Service. Channels that want the same share one answer.
 *
 * @param port which port of the pods
 * @param family which addresses to begin with
 * @param strictFamily whether the other family is never used
 * @param node the own node, or {@code null} if unknown
 * @param zone the own zone, or {@code null} if unknown
 */
record Selection(KubernetesTarget.Port port, IpFamily family, boolean strictFamily, @Nullable String node,
		@Nullable String zone) {

	Selection in(String ownZone) {
		return new Selection(this.port, this.family, this.strictFamily, this.node, ownZone);
	}

}
