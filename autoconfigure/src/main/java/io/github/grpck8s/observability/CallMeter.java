package io.github.grpck8s.observability;

import java.util.List;

/**
 * Every meter of this room.
 *
 * @see <a href= "https://github.com/grpc/proposal/blob/master/A66-otel-stats.md">gRFC
 * A66</a>
 * @see <a href=
 * "https://github.com/grpc/proposal/blob/master/A94-subchannel-otel-metrics.md">gRFC
 * A94</a>
 */
enum CallMeter {

	/** Calls that reached the application. */
	SERVER_STARTED("grpc.server.call.started", "Calls that the server started, also those that have not ended",
			"grpc.method"),

	/** From the server's transport's point of view. */
	SERVER_DURATION("grpc.server.call.duration", "Time from the first header of a call to its end at the server",
			"grpc.method", "grpc.status"),

	/** Bytes, compressed, without headers. */
	SERVER_SENT("grpc.server.call.sent_total_compressed_message_size",
			"Bytes of all the responses of a call, compressed, without headers", "grpc.method", "grpc.status"),

	/** Bytes, compressed, without headers. */
	SERVER_RECEIVED("grpc.server.call.rcvd_total_compressed_message_size",
			"Bytes of all the requests of a call, compressed, without headers", "grpc.method", "grpc.status"),

	/** Retries and hedges included. */
	CLIENT_DURATION("grpc.client.call.duration", "Time of a call as the application sees it, with all its attempts",
			"grpc.method", "grpc.target", "grpc.status"),

	/** Attempts, each of which has a stream of its own. */
	ATTEMPT_STARTED("grpc.client.attempt.started", "Attempts that a client started, also those that have not ended",
			"grpc.method", "grpc.target"),

	/** One stream. */
	ATTEMPT_DURATION("grpc.client.attempt.duration", "Time of one attempt, the choice of a connection included",
			"grpc.method", "grpc.target", "grpc.status"),

	/** Bytes, compressed, without headers. */
	ATTEMPT_SENT("grpc.client.attempt.sent_total_compressed_message_size",
			"Bytes of all the requests of an attempt, compressed, without headers", "grpc.method", "grpc.target",
			"grpc.status"),

	/** Bytes, compressed, without headers. */
	ATTEMPT_RECEIVED("grpc.client.attempt.rcvd_total_compressed_message_size",
			"Bytes of all the responses of an attempt, compressed, without headers", "grpc.method", "grpc.target",
			"grpc.status"),

	/** Only attempts that wait are measured. */
	ATTEMPT_WAIT("grpc.k8s.observability.attempt.wait",
			"Time that attempts waited for a connection, of those that waited for 1 ms or longer", "grpc.target"),

	/** The balance, as the client sees it. */
	PEER_ATTEMPTS("grpc.k8s.observability.peer.attempts", "Attempts by the server that they went to", "grpc.target",
			"peer"),

	/** By grpc-java itself. */
	CONNECTIONS_OPEN("grpc.subchannel.open_connections", "Connections that are open", "grpc.target"),

	/** By grpc-java itself. */
	CONNECTIONS_MADE("grpc.subchannel.connection_attempts_succeeded", "Connections that came about", "grpc.target"),

	/** By grpc-java itself. */
	CONNECTIONS_FAILED("grpc.subchannel.connection_attempts_failed", "Connections that did not come about",
			"grpc.target"),

	/** By grpc-java itself. */
	CONNECTIONS_LOST("grpc.subchannel.disconnections", "Connections that ended, by what ended them", "grpc.target",
			"grpc.disconnect_error");

	static final String PEER = "peer";

	static final String DISCONNECT_ERROR = "grpc.disconnect_error";

	static final String METHOD = "grpc.method";

	static final String TARGET = "grpc.target";

	static final String STATUS = "grpc.status";

	private final String meterName;

	private final String description;

	private final List<String> labels;

	CallMeter(String meterName, String description, String... labels) {
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
