package io.github.grpck8s.discovery;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.github.grpck8s.discovery.Slice.SlicePort;
import org.jspecify.annotations.Nullable;

/**
 * What DNS says of a Service, in the form of slices: the rest of discovery need not know
 * where they come from.
 *
 * @param slices slices with the pods that are ready, none if there is no such pod
 * @param key equal for equal answers
 */
record DnsAnswer(List<Slice> slices, Set<String> key) {

	static final DnsAnswer NOTHING = new DnsAnswer(List.of(), Set.of());

	/**
	 * A pod that DNS knows.
	 *
	 * @param address its address
	 * @param port its port
	 * @param pod its name, or {@code null} if DNS does not tell
	 */
	record Pod(InetAddress address, int port, @Nullable String pod) {

		IpFamily family() {
			return (this.address.getAddress().length == 4) ? IpFamily.IPV4 : IpFamily.IPV6;
		}

	}

	/**
	 * Make slices of pods: one for each family and port.
	 * @param portName the name of the port that was asked for, empty for a number
	 */
	static DnsAnswer of(String portName, List<Pod> pods) {
		TreeMap<String, List<Pod>> groups = new TreeMap<>();
		TreeSet<String> key = new TreeSet<>();
		for (Pod pod : pods) {
			if (key.add(pod.address().getHostAddress() + " " + pod.port())) {
				groups.computeIfAbsent("dns-" + pod.family() + "-" + pod.port(), (name) -> new ArrayList<>()).add(pod);
			}
		}
		List<Slice> slices = new ArrayList<>();
		groups.forEach((name, members) -> {
			Pod any = members.get(0);
			slices.add(new Slice(name, null, null, any.family(), List.of(new SlicePort(portName, any.port(), null)),
					members.stream().map(DnsAnswer::endpoint).toList()));
		});
		return slices.isEmpty() ? NOTHING : new DnsAnswer(List.copyOf(slices), key);
	}

	private static EndpointData endpoint(Pod pod) {
		// DNS tells of ready pods only
		return new EndpointData(pod.address(), true, true, false, null, null, Set.of(), Set.of(), pod.pod(), null);
	}

	boolean isEmpty() {
		return this.slices.isEmpty();
	}

}
