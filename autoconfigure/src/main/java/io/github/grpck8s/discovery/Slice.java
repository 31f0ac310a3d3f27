package io.github.grpck8s.discovery;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The few fields of an EndpointSlice that matter here. Immutable; what is left out of an
 * EndpointSlice cannot cause an emission.
 */
final class Slice {

	final String name;

	final @Nullable String uid;

	final @Nullable String resourceVersion;

	final IpFamily family;

	final List<SlicePort> ports;

	final List<Endpoint> endpoints;

	Slice(String name, @Nullable String uid, @Nullable String resourceVersion, IpFamily family, List<SlicePort> ports,
			List<EndpointData> endpoints) {
		this.name = name;
		this.uid = uid;
		this.resourceVersion = resourceVersion;
		this.family = family;
		this.ports = List.copyOf(ports);
		this.endpoints = endpoints.stream()
			.map((data) -> new Endpoint(this, data))
			.sorted(Endpoint.BY_ADDRESS)
			.toList();
	}

	/**
	 * A slice that looks like this one with other endpoints.
	 */
	Slice with(List<EndpointData> others) {
		return new Slice(this.name, this.uid, this.resourceVersion, this.family, this.ports, others);
	}

	@Override
	public String toString() {
		return this.name + "@" + this.resourceVersion + this.endpoints;
	}

	/**
	 * A port of a slice that a TCP connection can be made to.
	 *
	 * @param name its name, empty if it has none
	 * @param number the pods' port, 1 to 65535
	 * @param appProtocol the application protocol, or {@code null}
	 */
	record SlicePort(String name, int number, @Nullable String appProtocol) {
	}

	/**
	 * An endpoint as it was read.
	 *
	 * @param address its first address
	 * @param ready whether new calls may go there; nil is yes
	 * @param serving whether it is ready, whether or not it is terminating; nil is yes
	 * @param terminating whether its pod is being deleted; nil is no
	 * @param node the node it runs on, or {@code null}
	 * @param zone the zone of that node, or {@code null}
	 * @param forNodes nodes that should use it, may be empty
	 * @param forZones zones that should use it, may be empty
	 * @param pod the name of its pod, or {@code null}
	 * @param podUid the uid of its pod, or {@code null}
	 */
	record EndpointData(InetAddress address, boolean ready, boolean serving, boolean terminating, @Nullable String node,
			@Nullable String zone, Set<String> forNodes, Set<String> forZones, @Nullable String pod,
			@Nullable String podUid) {

		/**
		 * Tier 1: takes new calls.
		 */
		boolean isReady() {
			return this.ready && !this.terminating;
		}

		/**
		 * Tier 2: on its way out but still able; used when there is nothing better. A
		 * Service with publishNotReadyAddresses says ready and terminating at once.
		 */
		boolean isDraining() {
			return this.terminating && (this.serving || this.ready);
		}

	}

	/**
	 * An endpoint in its slice. Remembers the {@link PodEndpoint} made of it, so that an
	 * unchanged slice costs nothing when another one changes.
	 */
	static final class Endpoint {

		static final Comparator<Endpoint> BY_ADDRESS = (first, second) -> {
			int order = Long.compare(first.beginning, second.beginning);
			return (order != 0 || first.slice.family == IpFamily.IPV4) ? order
					: Arrays.compareUnsigned(first.data.address().getAddress(), second.data.address().getAddress());
		};

		final Slice slice;

		final EndpointData data;

		// of the address: all of an IPv4 address
		private final long beginning;

		// a race writes an equal value twice
		private volatile @Nullable PodEndpoint last;

		private Endpoint(Slice slice, EndpointData data) {
			this.slice = slice;
			this.data = data;
			byte[] bytes = data.address().getAddress();
			long key = 0;
			for (int i = 0; i < Math.min(7, bytes.length); i++) {
				key = key << 8 | bytes[i] & 0xff;
			}
			this.beginning = key;
		}

		PodEndpoint at(int port) {
			PodEndpoint endpoint = this.last;
			if (endpoint == null || endpoint.port() != port) {
				endpoint = new PodEndpoint(this, port);
				this.last = endpoint;
			}
			return endpoint;
		}

		@Override
		public String toString() {
			return this.data.toString();
		}

	}

}
