package io.github.grpck8s;

/**
 * The order in which the rooms' features are applied to a builder, for {@code @Order} on
 * bean methods. gRPC calls the interceptor that was added last first: a later feature
 * stands further out.
 * <p>
 * Around a call on the client, from the outside in: observability, resilience (deadline),
 * hints of the stack, the channel. Around a call on the server: observability, shutdown,
 * interceptors of the application, the handler.
 */
public final class FeatureOrder {

	/**
	 * Settings without interceptors: keepalive, limits, discovery, balancing, health.
	 */
	public static final int SETTINGS = 0;

	/**
	 * Tracking of running calls for the drain; hints on failed calls.
	 */
	public static final int INNER = 100;

	/**
	 * Deadlines and limits of calls.
	 */
	public static final int RESILIENCE = 200;

	/**
	 * Traces, meters and log context: sees what all the others did.
	 */
	public static final int OBSERVABILITY = 300;

	private FeatureOrder() {
	}

}
