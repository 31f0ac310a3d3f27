package io.github.grpck8s.keepalive;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The pings of a channel. A value that is {@code null} says nothing.
 *
 * @param time quiet time after which the channel pings the server, at least 10 s (gRPC
 * raises less); 1000 days or more is never
 * @param timeout how long it waits for the answer before it gives the connection up, at
 * least 10 ms
 * @param withoutCalls whether it pings while no call is open
 */
public record ChannelPings(@Nullable Duration time, @Nullable Duration timeout, @Nullable Boolean withoutCalls) {

	/**
	 * Says nothing.
	 */
	public static final ChannelPings NONE = new ChannelPings(null, null, null);

}
