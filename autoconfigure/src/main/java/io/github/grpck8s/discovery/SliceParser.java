package io.github.grpck8s.discovery;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.grpck8s.discovery.Slice.SlicePort;
import org.jspecify.annotations.Nullable;

/**
 * Reads EndpointSlices out of JSON and keeps only what is needed. Whatever is odd is
 * skipped and counted; it never throws.
 */
final class SliceParser {

	static final String SERVICE_LABEL = "kubernetes.io/service-name";

	private static final Pattern IPV4 = Pattern
		.compile("(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}");

	private final ServiceKey service;

	private final DiscoveryCounters counters;

	SliceParser(ServiceKey service, DiscoveryCounters counters) {
		this.service = service;
		this.counters = counters;
	}

	/**
	 * Read a slice.
	 * @param json the object
	 * @return the slice, or {@code null} if it is none that can be used
	 */
	@Nullable Slice parse(JsonNode json) {
		JsonNode metadata = json.path("metadata");
		String name = text(metadata, "name");
		String namespace = text(metadata, "namespace");
		String label = text(metadata.path("labels"), SERVICE_LABEL);
		if (name == null || !this.service.service().equals(label)
				|| namespace != null && !namespace.equals(this.service.namespace())) {
			this.counters.malformed(this.service);
			return null;
		}
		IpFamily family = switch (String.valueOf(text(json, "addressType"))) {
			case "IPv4" -> IpFamily.IPV4;
			case "IPv6" -> IpFamily.IPV6;
			case "FQDN" -> {
				this.counters.fqdn(this.service, name);
				yield IpFamily.AUTO;
			}
			default -> {
				this.counters.malformed(this.service);
				yield IpFamily.AUTO;
			}
		};
		if (family == IpFamily.AUTO) {
			return null;
		}
		List<EndpointData> endpoints = new ArrayList<>();
		for (JsonNode endpoint : json.path("endpoints")) {
			EndpointData data = endpoint(endpoint, family);
			if (data != null) {
				endpoints.add(data);
			}
		}
		return new Slice(name, text(metadata, "uid"), text(metadata, "resourceVersion"), family,
				ports(json.path("ports")), endpoints);
	}

	private static List<SlicePort> ports(JsonNode json) {
		List<SlicePort> ports = new ArrayList<>();
		for (JsonNode port : json) {
			int number = port.path("port").asInt(0);
			String protocol = text(port, "protocol");
			if (number > 0 && number <= 65535 && (protocol == null || protocol.equals("TCP"))) {
				String name = text(port, "name");
				ports.add(new SlicePort((name != null) ? name : "", number, text(port, "appProtocol")));
			}
		}
		return ports;
	}

	/**
	 * Whether an object is a slice of another Service.
	 */
	boolean isOfAnotherService(JsonNode json) {
		String label = text(json.path("metadata").path("labels"), SERVICE_LABEL);
		return label != null && !label.equals(this.service.service());
	}

	private @Nullable EndpointData endpoint(JsonNode json, IpFamily family) {
		JsonNode addresses = json.path("addresses");
		InetAddress address = address(addresses.path(0), family);
		if (address == null) {
			this.counters.malformed(this.service);
			return null;
		}
		if (addresses.size() > 1) {
			this.counters.extraAddresses(this.service, addresses.size() - 1);
		}
		JsonNode conditions = json.path("conditions");
		JsonNode pod = json.path("targetRef");
		boolean isPod = "Pod".equals(text(pod, "kind"));
		return new EndpointData(address, conditions.path("ready").asBoolean(true),
				conditions.path("serving").asBoolean(true), conditions.path("terminating").asBoolean(false),
				shared(text(json, "nodeName")), shared(text(json, "zone")), names(json.path("hints").path("forNodes")),
				names(json.path("hints").path("forZones")), isPod ? text(pod, "name") : null,
				isPod ? text(pod, "uid") : null);
	}

	private static Set<String> names(JsonNode hints) {
		if (hints.isEmpty()) {
			return Set.of();
		}
		Set<String> names = new HashSet<>();
		for (JsonNode hint : hints) {
			String name = shared(text(hint, "name"));
			if (name != null) {
				names.add(name);
			}
		}
		return Set.copyOf(names);
	}

	/**
	 * Only literals: a host name would be looked up.
	 */
	private static @Nullable InetAddress address(JsonNode json, IpFamily family) {
		String text = json.isTextual() ? json.textValue() : "";
		boolean literal = (family == IpFamily.IPV4) ? IPV4.matcher(text).matches() : text.indexOf(':') >= 0;
		if (!literal) {
			return null;
		}
		try {
			InetAddress address = InetAddress.getByName(text);
			boolean rightFamily = (address.getAddress().length == 4) == (family == IpFamily.IPV4);
			return rightFamily ? InetAddress.getByAddress(address.getAddress()) : null;
		}
		catch (UnknownHostException ignored) {
			return null;
		}
	}

	static @Nullable String text(JsonNode json, String field) {
		JsonNode value = json.path(field);
		return value.isTextual() ? value.textValue() : null;
	}

	/**
	 * A field of an object's metadata.
	 */
	static @Nullable String metadata(JsonNode object, String field) {
		return text(object.path("metadata"), field);
	}

	/**
	 * A cluster has few nodes and zones but many endpoints.
	 */
	private static @Nullable String shared(@Nullable String name) {
		return (name != null) ? name.intern() : null;
	}

}
