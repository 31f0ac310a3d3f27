package io.github.grpck8s.balancing;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.IntStream;

import io.github.grpck8s.EndpointAttributes;
import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer.ResolvedAddresses;

/**
 * Endpoints as discovery gives them.
 */
final class Pods {

	private Pods() {
	}

	static EquivalentAddressGroup pod(int number) {
		return pod(number, "uid-" + number);
	}

	static EquivalentAddressGroup pod(int number, String uid) {
		return new EquivalentAddressGroup(new InetSocketAddress("10.0.0." + number, 9090),
				Attributes.newBuilder()
					.set(EndpointAttributes.POD, "users-" + number)
					.set(EndpointAttributes.POD_UID, uid)
					.build());
	}

	static EquivalentAddressGroup[] pods(int first, int last) {
		return IntStream.rangeClosed(first, last).mapToObj(Pods::pod).toArray(EquivalentAddressGroup[]::new);
	}

	static ResolvedAddresses found(PolicyConfig config, EquivalentAddressGroup... pods) {
		return ResolvedAddresses.newBuilder()
			.setAddresses(List.of(pods))
			.setAttributes(Attributes.EMPTY)
			.setLoadBalancingPolicyConfig(config)
			.build();
	}

	static ResolvedAddresses none(PolicyConfig config, String description) {
		return found(config).toBuilder()
			.setAttributes(Attributes.newBuilder().set(EndpointAttributes.DESCRIPTION, description).build())
			.build();
	}

}
