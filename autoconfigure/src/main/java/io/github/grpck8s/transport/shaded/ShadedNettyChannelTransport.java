package io.github.grpck8s.transport.shaded;

import java.time.Duration;

import io.github.grpck8s.ChannelTransport;
import io.grpc.ManagedChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;

/**
 * Channels of grpc-netty-shaded.
 */
public final class ShadedNettyChannelTransport implements ChannelTransport {

	@Override
	public boolean builds(ManagedChannelBuilder<?> channel) {
		return channel instanceof NettyChannelBuilder;
	}

	@Override
	public void connectTimeout(ManagedChannelBuilder<?> channel, Duration timeout) {
		((NettyChannelBuilder) channel).withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS,
				Math.toIntExact(timeout.toMillis()));
	}

	@Override
	public void window(ManagedChannelBuilder<?> channel, int bytes) {
		((NettyChannelBuilder) channel).initialFlowControlWindow(bytes);
	}

}
