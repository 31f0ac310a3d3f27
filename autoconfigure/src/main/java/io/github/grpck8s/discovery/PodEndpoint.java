package io.github.grpck8s.discovery;

import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.Objects;

import io.github.grpck8s.EndpointAttributes;
import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import org.jspecify.annotations.Nullable;

/**
 * A pod at the port that a channel connects to. Immutable but for the address group,
 * which is made when it is first asked for. Two are equal when a channel could not tell
 * them apart; conditions and hints do not count.
 */
final class PodEndpoint {

	/**
	 * By address, then port: equal sets have the same order.
	 */
	static final Comparator<PodEndpoint> ORDER = (first, second) -> {
		int order = Slice.Endpoint.BY_ADDRESS.compare(first.source, second.source);
		return (order != 0) ? order : Integer.compare(first.port(), second.port());
	};

	private final Slice.Endpoint source;

	private final InetSocketAddress address;

	// a race writes an equal value twice
	private volatile @Nullable EquivalentAddressGroup group;

	PodEndpoint(Slice.Endpoint source, int port) {
		this.source = source;
		this.address = new InetSocketAddress(source.data.address(), port);
	}

	InetSocketAddress address() {
		return this.address;
	}

	int port() {
		return this.address.getPort();
	}

	EndpointData data() {
		return this.source.data;
	}

	Slice slice() {
		return this.source.slice;
	}

	/**
	 * The address with what is known of the pod; another uid makes another group.
	 */
	EquivalentAddressGroup group() {
		EquivalentAddressGroup made = this.group;
		if (made == null) {
			EndpointData data = data();
			Attributes.Builder attributes = Attributes.newBuilder();
			set(attributes, EndpointAttributes.POD, data.pod());
			set(attributes, EndpointAttributes.POD_UID, data.podUid());
			set(attributes, EndpointAttributes.NODE, data.node());
			set(attributes, EndpointAttributes.ZONE, data.zone());
			made = new EquivalentAddressGroup(this.address, attributes.build());
			this.group = made;
		}
		return made;
	}

	private static void set(Attributes.Builder attributes, Attributes.Key<String> key, @Nullable String value) {
		if (value != null) {
			attributes.set(key, value);
		}
	}

	@Override
	public boolean equals(@Nullable Object other) {
		if (this == other) {
			return true;
		}
		return other instanceof PodEndpoint that && this.address.equals(that.address) && data().isSamePod(that.data())
				&& Objects.equals(data().node(), that.data().node())
				&& Objects.equals(data().zone(), that.data().zone());
	}

	@Override
	public int hashCode() {
		return this.address.hashCode();
	}

	@Override
	public String toString() {
		return this.address.getAddress().getHostAddress() + ":" + port();
	}

}
