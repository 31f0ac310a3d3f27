package io.github.grpck8s.shutdown;

import java.util.List;

/**
 * Every meter of this room. None has labels.
 */
enum DrainMeter {

	/** Now. */
	RUNNING("grpc.k8s.shutdown.calls.running", "Calls of users that run at the moment"),

	/** Set at the start of a drain. */
	RUNNING_AT_START("grpc.k8s.shutdown.drain.calls.start",
			"Calls of users that ran when the last drain began, before the delay"),

	/** Set at GOAWAY. */
	RUNNING_AT_GOAWAY("grpc.k8s.shutdown.drain.calls.goaway",
			"Calls of users that ran at the GOAWAY of the servers of the last drain"),

	/** Set at the end. */
	RUNNING_AT_END("grpc.k8s.shutdown.drain.calls.end",
			"Calls of users that still ran when the time of the last drain was up"),

	/** Only ever grows. */
	CUT("grpc.k8s.shutdown.calls.cut", "Calls that the drain closed with UNAVAILABLE because their time was up"),

	/** From GOAWAY on. */
	DURATION("grpc.k8s.shutdown.drain.duration", "Time from the GOAWAY to the end of a server");

	private final String meterName;

	private final String description;

	DrainMeter(String meterName, String description) {
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
		return List.of();
	}

}
