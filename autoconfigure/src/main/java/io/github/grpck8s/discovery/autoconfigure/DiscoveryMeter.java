package io.github.grpck8s.discovery.autoconfigure;

import java.util.List;

/**
 * Every meter of this room.
 */
enum DiscoveryMeter {

	/** What channels were told last. */
	ENDPOINTS("grpc.k8s.discovery.endpoints", "Endpoints that channels were last told", "service", "tier", "zone"),

	/** One for each channel that is told. */
	EMISSIONS("grpc.k8s.discovery.emissions", "Sets of endpoints that channels were told", "service"),

	/** From the event to the channel. */
	EMISSION_DELAY("grpc.k8s.discovery.emission.delay",
			"Time from the first change that a channel had not been told to its telling", "service"),

	/** How old what we know may be. */
	WATCH_AGE("grpc.k8s.discovery.watch.age", "Time since the API server last proved that the watch lives", "service"),

	/** Lists after the first. */
	RELISTS("grpc.k8s.discovery.relists", "Lists after the first", "service"),

	/** Why a watch was started anew though nothing failed. */
	RESTARTS("grpc.k8s.discovery.watch.restarts", "Watches that ended, expired or fell silent", "service", "reason"),

	/** What the API server answered. */
	ERRORS("grpc.k8s.discovery.errors", "Lists and watches that failed", "service", "code"),

	/** Known endpoints, unknown present. */
	STALE("grpc.k8s.discovery.stale", "1 while the API server fails and channels keep the last known endpoints",
			"service"),

	/** IPv4 to IPv6 or back. */
	FAMILY_SWITCHES("grpc.k8s.discovery.family.switches", "Times that a channel was given the other IP family",
			"service"),

	/** Answers of channels other than OK. */
	REFUSALS("grpc.k8s.discovery.refusals",
			"Sets of endpoints that a channel did not take; a policy says so of an empty one", "service", "code"),

	/** What was left out. */
	SKIPPED("grpc.k8s.discovery.skipped",
			"Slices, endpoints and events that cannot be read, and addresses that do not count", "service", "reason"),

	/** DNS instead of slices. */
	FALLBACK("grpc.k8s.discovery.fallback", "1 while DNS is asked because slices cannot be listed", "service"),

	/** Hints without use. */
	TOPOLOGY_UNKNOWN("grpc.k8s.discovery.topology.unknown",
			"1 while endpoints have hints but the own zone or node is not known", "service");

	private final String meterName;

	private final String description;

	private final List<String> labels;

	DiscoveryMeter(String meterName, String description, String... labels) {
		this.meterName = meterName;
		this.description = description;
		this.labels = List.of(labels);
	}

	String meterName() {
		return this.meterName;
	}

	String description() {
		return this.description;
	}

	List<String> labels() {
		return this.labels;
	}

}
