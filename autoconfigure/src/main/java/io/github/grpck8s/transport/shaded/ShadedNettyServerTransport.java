package io.github.grpck8s.transport.shaded;

import java.time.Duration;

import io.github.grpck8s.ServerTransport;
import io.grpc.ServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;

/**
 * Servers of grpc-netty-shaded.
 */
public final class ShadedNettyServerTransport implements ServerTransport {

	@Override
	public boolean builds(ServerBuilder<?> server) {
		return server instanceof NettyServerBuilder;
	}

	@Override
	public void maxConcurrentStreams(ServerBuilder<?> server, int streams) {
		((NettyServerBuilder) server).maxConcurrentCallsPerConnection(streams);
	}

	@Override
	public void maxResets(ServerBuilder<?> server, int resets, Duration window) {
		((NettyServerBuilder) server).maxRstFramesPerWindow(resets, Math.toIntExact(window.toSeconds()));
	}

	@Override
	public void window(ServerBuilder<?> server, int bytes) {
		((NettyServerBuilder) server).initialFlowControlWindow(bytes);
	}

}
