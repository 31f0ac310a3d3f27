package io.github.grpck8s.discovery;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * An endpoint as it was read. Immutable. There may be ten thousands, so addresses and
 * uids are kept as numbers and made when they are asked for (R52).
 */
final class EndpointData {

	private final boolean ready;

	private final boolean serving;

	private final boolean terminating;

	private final int four;

	private final byte @Nullable [] six;

	private final @Nullable String node;

	private final @Nullable String zone;

	private final Set<String> forNodes;

	private final Set<String> forZones;

	// of its characters; a String takes 24 bytes more
	private final byte @Nullable [] pod;

	// a UUID where it is one
	private final @Nullable Object uid;

	/**
	 * Create.
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
	EndpointData(InetAddress address, boolean ready, boolean serving, boolean terminating, @Nullable String node,
			@Nullable String zone, Set<String> forNodes, Set<String> forZones, @Nullable String pod,
			@Nullable String podUid) {
		byte[] bytes = address.getAddress();
		this.four = (bytes.length == 4) ? ByteBuffer.wrap(bytes).getInt() : 0;
		this.six = (bytes.length == 4) ? null : bytes;
		this.ready = ready;
		this.serving = serving;
		this.terminating = terminating;
		this.node = node;
		this.zone = zone;
		this.forNodes = forNodes;
		this.forZones = forZones;
		this.pod = (pod != null) ? pod.getBytes(UTF_8) : null;
		this.uid = (podUid != null) ? compact(podUid) : null;
	}

	private static Object compact(String uid) {
		if (uid.length() == 36) {
			try {
				UUID number = UUID.fromString(uid);
				if (number.toString().equals(uid)) {
					return number;
				}
			}
			catch (IllegalArgumentException ignored) {
				// as it is
			}
		}
		return uid;
	}

	InetAddress address() {
		try {
			return InetAddress
				.getByAddress((this.six != null) ? this.six : ByteBuffer.allocate(4).putInt(this.four).array());
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Compare addresses, those of one family by their bytes.
	 */
	int compareAddress(EndpointData other) {
		if (this.six == null || other.six == null) {
			return (this.six == other.six) ? Integer.compareUnsigned(this.four, other.four)
					: (this.six == null) ? -1 : 1;
		}
		return Arrays.compareUnsigned(this.six, other.six);
	}

	boolean ready() {
		return this.ready;
	}

	boolean serving() {
		return this.serving;
	}

	boolean terminating() {
		return this.terminating;
	}

	@Nullable String node() {
		return this.node;
	}

	@Nullable String zone() {
		return this.zone;
	}

	Set<String> forNodes() {
		return this.forNodes;
	}

	Set<String> forZones() {
		return this.forZones;
	}

	@Nullable String pod() {
		return (this.pod != null) ? new String(this.pod, UTF_8) : null;
	}

	/**
	 * Whether both are the same pod; cheaper than its name and uid.
	 */
	boolean isSamePod(EndpointData other) {
		return Objects.equals(this.uid, other.uid) && Arrays.equals(this.pod, other.pod);
	}

	@Nullable String podUid() {
		return (this.uid != null) ? this.uid.toString() : null;
	}

	/**
	 * Equal for equal uids; cheaper than the uid itself.
	 */
	@Nullable Object podIdentity() {
		return this.uid;
	}

	/**
	 * Tier 1: takes new calls.
	 */
	boolean isReady() {
		return this.ready && !this.terminating;
	}

	/**
	 * Tier 2: on its way out but still able; used when there is nothing better. A Service
	 * with publishNotReadyAddresses says ready and terminating at once.
	 */
	boolean isDraining() {
		return this.terminating && (this.serving || this.ready);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return this == other || other instanceof EndpointData that && this.four == that.four
				&& Arrays.equals(this.six, that.six) && this.ready == that.ready && this.serving == that.serving
				&& this.terminating == that.terminating && Objects.equals(this.node, that.node)
				&& Objects.equals(this.zone, that.zone) && this.forNodes.equals(that.forNodes)
				&& this.forZones.equals(that.forZones) && isSamePod(that);
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.four, Arrays.hashCode(this.six), this.uid);
	}

	@Override
	public String toString() {
		return address().getHostAddress() + (isReady() ? "" : isDraining() ? " draining" : " not ready");
	}

}
