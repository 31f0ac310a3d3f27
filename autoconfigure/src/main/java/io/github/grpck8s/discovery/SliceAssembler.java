package io.github.grpck8s.discovery;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.grpck8s.discovery.EndpointSet.Tier;
import io.github.grpck8s.discovery.EndpointSet.Topology;
import io.github.grpck8s.discovery.Slice.EndpointData;
import org.jspecify.annotations.Nullable;

/**
 * Makes one ordered set of endpoints out of all slices of a Service. A pure function of
 * the set of slices: neither their order nor the way they came about counts. Its rules
 * stand with their numbers in {@code docs/discovery.md}.
 */
final class SliceAssembler {

	private final ServiceKey service;

	private final Selection wanted;

	private final PortChoice port;

	private final Collection<Slice> slices;

	private final Collection<Slice> held;

	private SliceAssembler(ServiceKey service, Collection<Slice> slices, Collection<Slice> held, Selection wanted) {
		this.service = service;
		this.slices = slices;
		this.held = held;
		this.wanted = wanted;
		this.port = PortChoice.of(wanted.port(), slices, held, service);
	}

	/**
	 * Assemble.
	 * @param service the Service that all slices belong to
	 * @param slices all its slices
	 * @param held slices with endpoints that vanished a moment ago and may come back
	 * elsewhere; any other mention of the same endpoint wins
	 * @param wanted what the channel wants
	 * @return the endpoints
	 */
	static EndpointSet assemble(ServiceKey service, Collection<Slice> slices, Collection<Slice> held,
			Selection wanted) {
		return new SliceAssembler(service, slices, held, wanted).assemble();
	}

	private EndpointSet assemble() {
		if (this.slices.isEmpty() && this.held.isEmpty()) {
			return EndpointSet.fault("No EndpointSlice carries kubernetes.io/service-name=" + this.service.service()
					+ " in namespace " + this.service.namespace()
					+ ": no such Service, or it is ExternalName (use dns:///) or has no selector");
		}
		String fault = this.port.fault();
		if (fault != null) {
			return EndpointSet.fault(fault);
		}
		IpFamily first = (this.wanted.family() == IpFamily.AUTO) ? IpFamily.IPV4 : this.wanted.family();
		EndpointSet preferred = assemble(first);
		if (!preferred.isEmpty() || this.wanted.strictFamily() && this.wanted.family() != IpFamily.AUTO) {
			return preferred;
		}
		EndpointSet other = assemble((first == IpFamily.IPV4) ? IpFamily.IPV6 : IpFamily.IPV4);
		boolean otherSaysMore = !other.isEmpty()
				|| preferred.notReady() + preferred.terminating() == 0 && other.notReady() + other.terminating() > 0;
		return otherSaysMore ? other : preferred;
	}

	private EndpointSet assemble(IpFamily family) {
		List<PodEndpoint> candidates = candidates(family);
		List<PodEndpoint> ready = new ArrayList<>(candidates.size());
		List<PodEndpoint> draining = new ArrayList<>();
		int notReady = 0;
		int terminating = 0;
		for (PodEndpoint candidate : candidates) {
			EndpointData data = candidate.data();
			if (data.isReady()) {
				ready.add(candidate);
			}
			else if (data.isDraining()) {
				draining.add(candidate);
			}
			else if (data.terminating()) {
				terminating++;
			}
			else {
				notReady++;
			}
		}
		Tier tier = !ready.isEmpty() ? Tier.READY : !draining.isEmpty() ? Tier.DRAINING : Tier.NONE;
		// kube-proxy ignores hints of terminating endpoints
		Topology topology = (tier == Tier.READY) ? topology(ready) : Topology.ALL;
		List<PodEndpoint> chosen = (tier == Tier.READY) ? choose(ready, topology) : draining;
		return new EndpointSet(List.copyOf(chosen), tier, topology, family, notReady, terminating, null);
	}

	/**
	 * Each endpoint once, in order: a move writes it to the new slice before it leaves
	 * the old one. Slices are sorted by themselves, so sorting all is merging.
	 */
	private List<PodEndpoint> candidates(IpFamily family) {
		List<PodEndpoint> all = new ArrayList<>();
		Set<Integer> numbers = new HashSet<>();
		for (Slice slice : this.slices) {
			int number = (slice.family == family) ? this.port.in(slice) : 0;
			if (number != 0) {
				numbers.add(number);
				for (Slice.Endpoint endpoint : slice.endpoints) {
					all.add(endpoint.at(number));
				}
			}
		}
		if (!this.held.isEmpty()) {
			addHeld(family, all);
		}
		all.sort(PodEndpoint.ORDER);
		List<PodEndpoint> once = oncePerAddress(all);
		return (numbers.size() > 1) ? oncePerPod(once) : once;
	}

	private static List<PodEndpoint> oncePerAddress(List<PodEndpoint> sorted) {
		List<PodEndpoint> once = new ArrayList<>(sorted.size());
		for (int i = 0; i < sorted.size();) {
			int end = i + 1;
			while (end < sorted.size() && PodEndpoint.ORDER.compare(sorted.get(i), sorted.get(end)) == 0) {
				end++;
			}
			once.add((end == i + 1) ? sorted.get(i) : Precedence.of(sorted.subList(i, end)));
			i = end;
		}
		return once;
	}

	/**
	 * While a port of the pods changes its number, a pod stands in a slice with the old
	 * and in one with the new number.
	 */
	private static List<PodEndpoint> oncePerPod(List<PodEndpoint> endpoints) {
		Map<Object, List<PodEndpoint>> byPod = new LinkedHashMap<>();
		for (PodEndpoint endpoint : endpoints) {
			String uid = endpoint.data().podUid();
			byPod.computeIfAbsent((uid != null) ? uid : endpoint.address(), (key) -> new ArrayList<>(1)).add(endpoint);
		}
		return byPod.values().stream().map(Precedence::of).sorted(PodEndpoint.ORDER).toList();
	}

	private void addHeld(IpFamily family, List<PodEndpoint> all) {
		Set<Object> present = new HashSet<>();
		all.forEach((endpoint) -> present.add(endpoint.address()));
		for (Slice slice : this.slices) {
			// the other address of a pod with two families says nothing of this one
			for (Slice.Endpoint endpoint : (slice.family == family) ? slice.endpoints : List.<Slice.Endpoint>of()) {
				if (endpoint.data.podUid() != null) {
					present.add(endpoint.data.podUid());
				}
			}
		}
		for (Slice slice : this.held) {
			int number = (slice.family == family) ? this.port.in(slice) : 0;
			for (Slice.Endpoint endpoint : slice.endpoints) {
				String uid = endpoint.data.podUid();
				if (number != 0 && (uid == null || !present.contains(uid))) {
					PodEndpoint pod = endpoint.at(number);
					if (!present.contains(pod.address())) {
						all.add(pod);
					}
				}
			}
		}
	}

	/**
	 * Exactly kube-proxy's decision: hints count only if every ready endpoint has them
	 * and at least one is meant for us; nodes before zones.
	 */
	private Topology topology(List<PodEndpoint> ready) {
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

	private List<PodEndpoint> choose(List<PodEndpoint> ready, Topology topology) {
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
