package io.github.grpck8s;

import java.time.Duration;

import io.grpc.ServerBuilder;

/**
 * Settings of a server that only the builder of a transport knows. There is one for each
 * flavour of Netty.
 */
public interface ServerTransport {

	/**
	 * Whether this is the transport of a server.
	 * @param server the server under construction
	 * @return whether the other methods take it
	 */
	boolean builds(ServerBuilder<?> server);

	/**
	 * Limit the calls that one connection may have open at once.
	 * @param server the server under construction
	 * @param streams the number of streams, at least 1
	 */
	void maxConcurrentStreams(ServerBuilder<?> server, int streams);

	/**
	 * Limit how often the peer of one connection may reset streams before the connection
	 * is ended (rapid reset).
	 * @param server the server under construction
	 * @param resets the number of RST_STREAM frames, at least 1
	 * @param window the time in which they are counted, whole seconds, at least 1 s
	 */
	void maxResets(ServerBuilder<?> server, int resets, Duration window);

	/**
	 * Set the initial flow-control window of streams and connections.
	 * @param server the server under construction
	 * @param bytes the size of the window
	 */
	void window(ServerBuilder<?> server, int bytes);

}
