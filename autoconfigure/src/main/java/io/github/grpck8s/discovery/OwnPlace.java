package io.github.grpck8s.discovery;

import java.util.Collection;
import java.util.List;

import io.github.grpck8s.discovery.EndpointSet.Topology;
import org.jspecify.annotations.Nullable;

/**
 * Chooses endpoints by the node and the zone that this application runs in (R28 to R31).
 */
final class OwnPlace {

	private final Selection wanted;

	private final Collection<Slice> slices;

	OwnPlace(Selection wanted, Collection<Slice> slices) {
		this.wanted = wanted;
		this.slices = slices;
	}

	/**
	 * Exactly kube-proxy's decision: hints count only if every ready endpoint has them
	 * and at least one is meant for us; nodes before zones.
	 */
	Topology topology(List<PodEndpoint> ready) {
		boolean allForNodes = true;
		boolean myNode = false;
		boolean allForZones = true;
		boolean myZone = false;
		String node = this.wanted.node();
		String zone = ownZone();
		for (PodEndpoint endpoint : ready) {
			EndpointData data = endpoint.data();
			allForNodes &= !data.forNodes().isEmpty();
			myNode |= node != null && data.forNodes().contains(node);
			allForZones &= !data.forZones().isEmpty();
			myZone |= zone != null && data.forZones().contains(zone);
		}
		if (allForNodes && myNode) {
			return Topology.NODE;
		}
		if (allForZones && myZone) {
			return Topology.ZONE;
		}
		return (allForNodes && node == null || allForZones && zone == null) ? Topology.UNKNOWN : Topology.ALL;
	}

	/**
	 * The own zone if it is to be preferred without hints (R31): it has enough endpoints,
	 * and at least half of those that are not on their way out are ready.
	 */
	@Nullable String preferredZone(List<PodEndpoint> candidates) {
		String zone = (this.wanted.minimumInZone() > 0) ? ownZone() : null;
		if (zone == null) {
			return null;
		}
		int ready = 0;
		int all = 0;
		for (PodEndpoint candidate : candidates) {
			EndpointData data = candidate.data();
			if (zone.equals(data.zone()) && !data.terminating()) {
				all++;
				ready += data.isReady() ? 1 : 0;
			}
		}
		return (ready >= this.wanted.minimumInZone() && ready * 2 >= all) ? zone : null;
	}

	List<PodEndpoint> choose(List<PodEndpoint> ready, Topology topology) {
		if (topology == Topology.NODE) {
			ready.removeIf((endpoint) -> !endpoint.data().forNodes().contains(this.wanted.node()));
		}
		else if (topology == Topology.ZONE) {
			String zone = ownZone();
			ready.removeIf((endpoint) -> !endpoint.data().forZones().contains(zone));
		}
		return ready;
	}

	/**
	 * The own zone: as set, else the zone of any endpoint on the own node.
	 */
	private @Nullable String ownZone() {
		if (this.wanted.zone() != null || this.wanted.node() == null) {
			return this.wanted.zone();
		}
		for (Slice slice : this.slices) {
			for (Slice.Endpoint endpoint : slice.endpoints) {
				if (this.wanted.node().equals(endpoint.data.node()) && endpoint.data.zone() != null) {
					return endpoint.data.zone();
				}
			}
		}
		return null;
	}

}
