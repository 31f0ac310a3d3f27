package io.github.grpck8s;

import io.grpc.Attributes;

/**
 * What discovery knows of an endpoint, attached to its
 * {@link io.grpc.EquivalentAddressGroup} for balancing and diagnostics. All values are
 * immutable; a key that is absent is unknown.
 */
public final class EndpointAttributes {

	/**
	 * Name of the pod.
	 */
	public static final Attributes.Key<String> POD = Attributes.Key.create("io.github.grpck8s.pod");

	/**
	 * Uid of the pod: another uid at the same address is another endpoint, which inherits
	 * no connection, weight, ejection or backoff.
	 */
	public static final Attributes.Key<String> POD_UID = Attributes.Key.create("io.github.grpck8s.pod-uid");

	/**
	 * Name of the node that the pod runs on.
	 */
	public static final Attributes.Key<String> NODE = Attributes.Key.create("io.github.grpck8s.node");

	/**
	 * Zone of the node that the pod runs on.
	 */
	public static final Attributes.Key<String> ZONE = Attributes.Key.create("io.github.grpck8s.zone");

	/**
	 * On the whole list of addresses: how to describe an empty one to a caller, for
	 * example {@code shop/users has 0 ready endpoints (2 not ready, 1 terminating)}.
	 */
	public static final Attributes.Key<String> DESCRIPTION = Attributes.Key.create("io.github.grpck8s.description");

	/**
	 * On the whole list of addresses: the zone whose endpoints calls should go to as long
	 * as at least half of them are connected.
	 */
	public static final Attributes.Key<String> PREFERRED_ZONE = Attributes.Key
		.create("io.github.grpck8s.preferred-zone");

	private EndpointAttributes() {
	}

}
