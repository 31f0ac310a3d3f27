package io.github.grpck8s.test;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * A pod as an EndpointSlice shows it. Immutable: each method returns a changed copy. A
 * condition that is {@code null} is left out of the slice.
 */
public final class FakePod {

	private final String name;

	private List<String> addresses;

	private List<FakePort> ports = List.of();

	private @Nullable Boolean ready = true;

	private @Nullable Boolean serving = true;

	private @Nullable Boolean terminating = false;

	private @Nullable String node;

	private @Nullable String zone;

	private @Nullable String hostname;

	private @Nullable String uid;

	private List<String> hintZones = List.of();

	private List<String> hintNodes = List.of();

	private FakePod(String name, List<String> addresses) {
		this.name = name;
		this.addresses = addresses;
		this.uid = UUID.randomUUID().toString();
	}

	private FakePod(FakePod other) {
		this.name = other.name;
		this.addresses = other.addresses;
		this.ports = other.ports;
		this.ready = other.ready;
		this.serving = other.serving;
		this.terminating = other.terminating;
		this.node = other.node;
		this.zone = other.zone;
		this.hostname = other.hostname;
		this.uid = other.uid;
		this.hintZones = other.hintZones;
		this.hintNodes = other.hintNodes;
	}

	/**
	 * A ready pod with a uid of its own.
	 * @param name its name
	 * @param addresses its addresses, of which consumers must use only the first; one of
	 * digits is IPv4, with a colon IPv6, any other FQDN
	 * @return the pod
	 */
	public static FakePod of(String name, String... addresses) {
		return new FakePod(name, List.of(addresses));
	}

	/**
	 * Give the pod other addresses.
	 * @param addresses the addresses
	 * @return the changed pod
	 */
	public FakePod at(String... addresses) {
		FakePod pod = new FakePod(this);
		pod.addresses = List.of(addresses);
		return pod;
	}

	/**
	 * Give the pod a TCP port of its own, beside those that it has of its own. A pod
	 * without has the ports of its service. Pods whose ports differ stand in different
	 * slices, as Kubernetes does it.
	 * @param name the name of the port
	 * @param number the number
	 * @return the changed pod
	 */
	public FakePod port(String name, int number) {
		List<FakePort> all = new ArrayList<>(this.ports);
		all.removeIf((port) -> name.equals(port.name()));
		all.add(FakePort.of(name, number));
		return ports(all.toArray(FakePort[]::new));
	}

	/**
	 * Set the ports of its own.
	 * @param ports the ports, none for those of the service
	 * @return the changed pod
	 */
	public FakePod ports(FakePort... ports) {
		FakePod pod = new FakePod(this);
		pod.ports = List.of(ports);
		return pod;
	}

	/**
	 * Set the condition {@code ready}.
	 * @param ready the condition
	 * @return the changed pod
	 */
	public FakePod ready(@Nullable Boolean ready) {
		FakePod pod = new FakePod(this);
		pod.ready = ready;
		return pod;
	}

	/**
	 * Set the condition {@code serving}.
	 * @param serving the condition
	 * @return the changed pod
	 */
	public FakePod serving(@Nullable Boolean serving) {
		FakePod pod = new FakePod(this);
		pod.serving = serving;
		return pod;
	}

	/**
	 * Set the condition {@code terminating}.
	 * @param terminating the condition
	 * @return the changed pod
	 */
	public FakePod terminating(@Nullable Boolean terminating) {
		FakePod pod = new FakePod(this);
		pod.terminating = terminating;
		return pod;
	}

	/**
	 * Set the node that the pod runs on.
	 * @param node its name
	 * @return the changed pod
	 */
	public FakePod node(@Nullable String node) {
		FakePod pod = new FakePod(this);
		pod.node = node;
		return pod;
	}

	/**
	 * Set the zone that the pod runs in.
	 * @param zone its name
	 * @return the changed pod
	 */
	public FakePod zone(@Nullable String zone) {
		FakePod pod = new FakePod(this);
		pod.zone = zone;
		return pod;
	}

	/**
	 * Set the host name.
	 * @param hostname the name
	 * @return the changed pod
	 */
	public FakePod hostname(@Nullable String hostname) {
		FakePod pod = new FakePod(this);
		pod.hostname = hostname;
		return pod;
	}

	/**
	 * Set the uid.
	 * @param uid the uid; {@code null} for an endpoint that refers to no pod at all
	 * @return the changed pod
	 */
	public FakePod uid(@Nullable String uid) {
		FakePod pod = new FakePod(this);
		pod.uid = uid;
		return pod;
	}

	/**
	 * Set the zones that the pod is meant for ({@code hints.forZones}).
	 * @param zones their names
	 * @return the changed pod
	 */
	public FakePod hintZones(String... zones) {
		FakePod pod = new FakePod(this);
		pod.hintZones = List.of(zones);
		return pod;
	}

	/**
	 * Set the nodes that the pod is meant for ({@code hints.forNodes}).
	 * @param nodes their names
	 * @return the changed pod
	 */
	public FakePod hintNodes(String... nodes) {
		FakePod pod = new FakePod(this);
		pod.hintNodes = List.of(nodes);
		return pod;
	}

	/**
	 * The name of the pod.
	 * @return its name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * The addresses of the pod.
	 * @return its addresses
	 */
	public List<String> addresses() {
		return this.addresses;
	}

	List<FakePort> portsOr(List<FakePort> others) {
		return this.ports.isEmpty() ? others : this.ports;
	}

	String addressType() {
		String address = this.addresses.isEmpty() ? "" : this.addresses.get(0);
		if (address.contains(":")) {
			return "IPv6";
		}
		return address.matches("[0-9.]*") ? "IPv4" : "FQDN";
	}

	Map<String, Object> json(String namespace) {
		Map<String, Object> json = new LinkedHashMap<>();
		json.put("addresses", this.addresses);
		Map<String, Object> conditions = new LinkedHashMap<>();
		putIfKnown(conditions, "ready", this.ready);
		putIfKnown(conditions, "serving", this.serving);
		putIfKnown(conditions, "terminating", this.terminating);
		json.put("conditions", conditions);
		putIfKnown(json, "hostname", this.hostname);
		if (this.uid != null) {
			Map<String, Object> target = new LinkedHashMap<>();
			target.put("kind", "Pod");
			target.put("namespace", namespace);
			target.put("name", this.name);
			target.put("uid", this.uid);
			json.put("targetRef", target);
		}
		putIfKnown(json, "nodeName", this.node);
		putIfKnown(json, "zone", this.zone);
		Map<String, Object> hints = new LinkedHashMap<>();
		putNames(hints, "forZones", this.hintZones);
		putNames(hints, "forNodes", this.hintNodes);
		if (!hints.isEmpty()) {
			json.put("hints", hints);
		}
		return json;
	}

	private static void putIfKnown(Map<String, Object> json, String key, @Nullable Object value) {
		if (value != null) {
			json.put(key, value);
		}
	}

	private static void putNames(Map<String, Object> json, String key, List<String> names) {
		if (!names.isEmpty()) {
			json.put(key, names.stream().map((name) -> Map.of("name", name)).toList());
		}
	}

}
