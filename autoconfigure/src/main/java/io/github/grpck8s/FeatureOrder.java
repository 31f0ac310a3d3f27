package io.github.grpck8s;

/**
 * The order in which the rooms' features are applied to a builder, for {@code @Order} on
 * bean methods. gRPC calls the interceptor that was added last first: a later feature
 * stands further out.
 * <p>
 * Around a call on the client, from the outside in: observability, hints on failed calls,
 * resilience (deadline), the channel. Around a call on the server: observability,
 * shutdown, interceptors of the application, the handler.
 */
public final class FeatureOrder {

	/**
	 * Settings without interceptors: keepalive, limits, discovery, balancing, health.
	 */
	public static final int SETTINGS = 0;

	/**
	 * Tracking of running calls for the drain.
	 */
	public static final int INNER = 100;

	/**
	 * Deadlines and limits of calls.
	 */
	public static final int RESILIENCE = 200;

	/**
	 * Hints on failed calls: sees which options a call had before the rooms added theirs.
	 */
	public static final int HINTS = 250;

	/**
	 * Traces, meters and log context: sees what all the others did.
	 */
	public static final int OBSERVABILITY = 300;

	private FeatureOrder() {
	}

}
