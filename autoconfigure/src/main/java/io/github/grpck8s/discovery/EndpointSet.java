package io.github.grpck8s.discovery;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The endpoints that a channel should use, and why these.
 *
 * @param endpoints the endpoints in their order, may be empty
 * @param tier whether they are ready or only draining
 * @param topology which hints chose them
 * @param family of which family their addresses are
 * @param notReady how many more are not ready
 * @param terminating how many more are terminating and no longer serve
 * @param preferredZone the zone whose endpoints calls should go to while these are well,
 * or {@code null}
 * @param fault why the question has no answer, a full text for a person, or {@code null}
 */
record EndpointSet(List<PodEndpoint> endpoints, Tier tier, Topology topology, IpFamily family, int notReady,
		int terminating, @Nullable String preferredZone, @Nullable String fault) {

	static EndpointSet fault(String fault) {
		return new EndpointSet(List.of(), Tier.NONE, Topology.ALL, IpFamily.AUTO, 0, 0, null, fault);
	}

	boolean isEmpty() {
		return this.endpoints.isEmpty();
	}

	/**
	 * How to describe an empty set to a caller.
	 */
	String describe(ServiceKey service) {
		if (this.fault != null) {
			return this.fault;
		}
		return service + " has 0 ready endpoints (" + this.notReady + " not ready, " + this.terminating
				+ " terminating)";
	}

	/**
	 * How good the endpoints are.
	 */
	enum Tier {

		/**
		 * Ready and not terminating.
		 */
		READY,

		/**
		 * Terminating but still serving, used because none is ready.
		 */
		DRAINING,

		/**
		 * There are none.
		 */
		NONE

	}

	/**
	 * Which of the ready endpoints were chosen.
	 */
	enum Topology {

		/**
		 * All: there are no usable hints.
		 */
		ALL,

		/**
		 * Those that are meant for the own zone.
		 */
		ZONE,

		/**
		 * Those that are meant for the own node.
		 */
		NODE,

		/**
		 * All: there are hints, but the own zone or node is not known.
		 */
		UNKNOWN

	}

}
