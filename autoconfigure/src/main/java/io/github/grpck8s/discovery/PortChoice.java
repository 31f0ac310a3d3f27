package io.github.grpck8s.discovery;

import java.util.Collection;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.github.grpck8s.discovery.Slice.SlicePort;
import org.jspecify.annotations.Nullable;

/**
 * Finds the port in each slice: the same name may stand for another number in another
 * slice (rules R22 to R25). Either a rule for all slices or a fault.
 */
final class PortChoice {

	private static final Set<String> GRPC_PROTOCOLS = Set.of("grpc", "kubernetes.io/h2c");

	private final @Nullable String name;

	private final int number;

	private final @Nullable String fault;

	private final boolean literal;

	private PortChoice(@Nullable String name, int number, @Nullable String fault, boolean literal) {
		this.name = name;
		this.number = number;
		this.fault = fault;
		this.literal = literal;
	}

	/**
	 * Decide for a target's port.
	 * @param wanted the port of the target
	 * @param literal whether a number that is in no slice is used as it is
	 * @param slices all slices of the Service, of both families
	 * @param held slices with what vanished a moment ago
	 * @param service the Service, for messages
	 */
	static PortChoice of(KubernetesTarget.Port wanted, boolean literal, Collection<Slice> slices,
			Collection<Slice> held, ServiceKey service) {
		boolean ports = slices.stream().anyMatch((slice) -> !slice.ports.isEmpty());
		boolean endpoints = slices.stream().anyMatch((slice) -> !slice.endpoints.isEmpty());
		if (wanted.equals(KubernetesTarget.Port.ANY)) {
			return (ports || endpoints) ? unnamed(slices, service)
					: held.isEmpty() ? named("") : unnamed(held, service);
		}
		PortChoice choice = new PortChoice(wanted.name(), wanted.number(), null, false);
		// without ports and endpoints it exists but is empty: the controller's
		// placeholder
		if (!ports && !endpoints
				|| Stream.concat(slices.stream(), held.stream()).anyMatch((slice) -> choice.in(slice) != 0)) {
			return choice;
		}
		if (literal && wanted.number() > 0) {
			return new PortChoice(null, wanted.number(), null, true);
		}
		String has = "; the pods of " + service + " have " + available(slices);
		return fault((wanted.name() != null) ? "No EndpointSlice of " + service + " has a port named '" + wanted
			.name() + "'" + has : "No EndpointSlice of " + service + " has port " + wanted.number() + has
					+ ". A Service port number is not in slices: use the pods' port (targetPort) or its name; if the pods do listen there, set grpc.k8s.discovery.literal-ports=true");
	}

	private static PortChoice unnamed(Collection<Slice> slices, ServiceKey service) {
		Set<String> names = new TreeSet<>();
		Set<String> grpc = new TreeSet<>();
		for (Slice slice : slices) {
			for (SlicePort port : slice.ports) {
				names.add(port.name());
				if (port.appProtocol() != null && GRPC_PROTOCOLS.contains(port.appProtocol())) {
					grpc.add(port.name());
				}
			}
		}
		if (names.size() == 1) {
			return named(names.iterator().next());
		}
		if (names.contains("grpc")) {
			return named("grpc");
		}
		if (grpc.size() == 1) {
			return named(grpc.iterator().next());
		}
		if (names.isEmpty()) {
			return fault("The EndpointSlices of " + service + " have no TCP port: name it in the Service");
		}
		return fault("The target names no port and the pods of " + service + " have " + available(slices)
				+ ": name one, for example k8s:///" + service.service() + "." + service.namespace() + ":"
				+ example(names));
	}

	private static String example(Set<String> names) {
		return names.stream().filter((name) -> !name.isEmpty()).findFirst().orElse("grpc");
	}

	private static PortChoice named(String name) {
		return new PortChoice(name, 0, null, false);
	}

	private static PortChoice fault(String fault) {
		return new PortChoice(null, 0, fault, false);
	}

	/**
	 * Why there is no such port, or {@code null} if there is one.
	 */
	@Nullable String fault() {
		return this.fault;
	}

	/**
	 * The number of the port in a slice, 0 if it is not there.
	 */
	int in(Slice slice) {
		if (this.literal) {
			return this.number;
		}
		for (SlicePort port : slice.ports) {
			if ((this.name != null) ? port.name().equals(this.name) : port.number() == this.number) {
				return port.number();
			}
		}
		return 0;
	}

	private static String available(Collection<Slice> slices) {
		TreeMap<String, Set<Integer>> ports = new TreeMap<>();
		for (Slice slice : slices) {
			for (SlicePort port : slice.ports) {
				ports.computeIfAbsent(port.name(), (name) -> new TreeSet<>()).add(port.number());
			}
		}
		if (ports.isEmpty()) {
			return "no TCP port";
		}
		StringBuilder text = new StringBuilder((ports.size() == 1) ? "the port " : "the ports ");
		ports.forEach((name, numbers) -> {
			if (text.charAt(text.length() - 1) != ' ') {
				text.append(", ");
			}
			text.append(name.isEmpty() ? "(unnamed)" : name).append(' ').append(numbers);
		});
		return text.toString();
	}

}
