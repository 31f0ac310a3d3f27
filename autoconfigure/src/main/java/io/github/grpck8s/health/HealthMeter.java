package io.github.grpck8s.health;

import java.util.List;

/**
 * Every meter of this room.
 */
enum HealthMeter {

	/** One for each name, which the application has and no caller can add to. */
	SERVING("grpc.k8s.health.serving", "Whether the server says SERVING (1) or NOT_SERVING (0) of a name"),

	/** Over all servers. */
	WATCHES("grpc.k8s.health.watches", "Clients that are told of changes over an open Watch"),

	/** Which one it was stands in the log. */
	TIMEOUTS("grpc.k8s.health.indicator.timeouts", "Times that a health indicator had not answered in time");

	/** The name that is asked for; the empty one is {@link #WHOLE}. */
	static final String SERVICE = "grpc.service";

	static final String WHOLE = "(server)";

	private final String meterName;

	private final String description;

	HealthMeter(String meterName, String description) {
		this.meterName = meterName;
		this.description = description;
	}

	String meterName() {
		return this.meterName;
	}

	String description() {
		return this.description;
	}

	List<String> labels() {
		return (this == SERVING) ? List.of(SERVICE) : List.of();
	}

}
