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

/**
 * Makes one ordered set of endpoints out of all slices of a Service. A pure function of
 * the set of slices: neither their order nor the way they came about counts. Its rules
 * stand with their numbers in {@code docs/discovery.md}.
 */
final class SliceAssembler {

	private final ServiceKey service;

	private final Selection wanted;

	private final PortChoice port;

	private final OwnPlace place;

	private final Collection<Slice> slices;

	private final Collection<Slice> held;

	private SliceAssembler(ServiceKey service, Collection<Slice> slices, Collection<Slice> held, Selection wanted) {
		this.service = service;
		this.slices = slices;
		this.held = held;
		this.wanted = wanted;
		this.place = new OwnPlace(wanted, slices);
		this.port = PortChoice.of(wanted.port(), wanted.literal(), slices, held, service);
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
		Topology topology = (tier == Tier.READY) ? this.place.topology(ready) : Topology.ALL;
		List<PodEndpoint> chosen = (tier == Tier.READY) ? this.place.choose(ready, topology) : draining;
		boolean hinted = topology == Topology.NODE || topology == Topology.ZONE;
		String preferred = (tier == Tier.READY && !hinted) ? this.place.preferredZone(candidates) : null;
		return new EndpointSet(List.copyOf(chosen), tier, topology, family, notReady, terminating, preferred, null);
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
			Object uid = endpoint.data().podIdentity();
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
				if (endpoint.data.podIdentity() != null) {
					present.add(endpoint.data.podIdentity());
				}
			}
		}
		for (Slice slice : this.held) {
			int number = (slice.family == family) ? this.port.in(slice) : 0;
			for (Slice.Endpoint endpoint : slice.endpoints) {
				Object uid = endpoint.data.podIdentity();
				if (number != 0 && (uid == null || !present.contains(uid))) {
					PodEndpoint pod = endpoint.at(number);
					if (!present.contains(pod.address())) {
						all.add(pod);
					}
				}
			}
		}
	}

}
