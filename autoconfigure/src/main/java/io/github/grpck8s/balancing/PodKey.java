package io.github.grpck8s.balancing;

import java.net.SocketAddress;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

import io.github.grpck8s.EndpointAttributes;
import io.grpc.EquivalentAddressGroup;
import org.jspecify.annotations.Nullable;

/**
 * What makes an endpoint the same as before: its addresses in any order and the uid of
 * its pod (R32).
 *
 * @param addresses the addresses
 * @param uid the uid of the pod, if known
 */
record PodKey(Set<SocketAddress> addresses, @Nullable String uid) {

	static PodKey of(EquivalentAddressGroup group) {
		return new PodKey(Set.copyOf(group.getAddresses()), group.getAttributes().get(EndpointAttributes.POD_UID));
	}

	static Set<PodKey> of(Collection<EquivalentAddressGroup> groups) {
		Set<PodKey> keys = new LinkedHashSet<>();
		groups.forEach((group) -> keys.add(of(group)));
		return keys;
	}

}
