package io.github.grpck8s.keepalive;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The pings of a channel, and its rest. A value that is {@code null} says nothing.
 *
 * @param time quiet time after which the channel pings the server, at least 10 s (gRPC
 * raises less); 1000 days or more is never
 * @param timeout how long it waits for the answer before it gives the connection up, at
 * least 10 ms
 * @param withoutCalls whether it pings while no call is open
 * @param idleTimeout time without calls after which it gives up its connections, its
 * policy and its resolver until the next call, at least 1 s (gRPC raises less); 0, and 30
 * days or more, is never
 */
public record ChannelPings(@Nullable Duration time, @Nullable Duration timeout, @Nullable Boolean withoutCalls,
		@Nullable Duration idleTimeout) {

	/**
	 * Says nothing.
	 */
	public static final ChannelPings NONE = new ChannelPings(null, null, null, null);

}
