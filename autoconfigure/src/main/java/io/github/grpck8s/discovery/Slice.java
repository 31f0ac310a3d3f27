package io.github.grpck8s.discovery;

import java.util.Comparator;
import java.util.List;

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

	/**
	 * The same slice of a server whose versions count no more.
	 */
	Slice withoutVersion() {
		List<EndpointData> same = this.endpoints.stream().map((endpoint) -> endpoint.data).toList();
		return new Slice(this.name, this.uid, null, this.family, this.ports, same);
	}

	/**
	 * Give back the memory of what was made for channels: there is none any more.
	 */
	void forgetPods() {
		this.endpoints.forEach((endpoint) -> endpoint.last = null);
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
	 * An endpoint in its slice. Remembers the {@link PodEndpoint} made of it while there
	 * are channels, so that an unchanged slice costs nothing when another one changes.
	 */
	static final class Endpoint {

		static final Comparator<Endpoint> BY_ADDRESS = (first, second) -> first.data.compareAddress(second.data);

		final Slice slice;

		final EndpointData data;

		// a race writes an equal value twice
		private volatile @Nullable PodEndpoint last;

		private Endpoint(Slice slice, EndpointData data) {
			this.slice = slice;
			this.data = data;
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
