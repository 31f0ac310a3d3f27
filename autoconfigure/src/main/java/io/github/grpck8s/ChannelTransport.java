package io.github.grpck8s;

import java.time.Duration;

import io.grpc.ManagedChannelBuilder;

/**
 * Settings of a channel that only the builder of a transport knows. There is one for each
 * flavour of Netty.
 */
public interface ChannelTransport {

	/**
	 * Whether this is the transport of a channel.
	 * @param channel the channel under construction
	 * @return whether the other methods take it
	 */
	boolean builds(ManagedChannelBuilder<?> channel);

	/**
	 * Limit the time that a TCP connection may take to come about.
	 * @param channel the channel under construction
	 * @param timeout the limit, at least 1 ms
	 */
	void connectTimeout(ManagedChannelBuilder<?> channel, Duration timeout);

	/**
	 * Set the initial flow-control window of streams and connections.
	 * @param channel the channel under construction
	 * @param bytes the size of the window
	 */
	void window(ManagedChannelBuilder<?> channel, int bytes);

}
