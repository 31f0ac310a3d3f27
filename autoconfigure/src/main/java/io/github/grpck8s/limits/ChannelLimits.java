package io.github.grpck8s.limits;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.ChannelTransport;
import io.github.grpck8s.StackSettings;
import io.grpc.ManagedChannelBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server may ask of a channel, and how long a connection may take to come about.
 *
 * @param all the limits of all channels
 * @param channels what differs for single channels, by name
 * @param transports the builders that are known
 * @param stack what the user set in the words of the stack
 */
public record ChannelLimits(ChannelBounds all, Map<String, ChannelBounds> channels, List<ChannelTransport> transports,
		StackSettings stack) implements ChannelFeature {

	private static final Logger logger = LoggerFactory.getLogger(ChannelLimits.class);

	@Override
	public void applyTo(ChannelSpec channel, ManagedChannelBuilder<?> builder) {
		Integer maxMessageSize = value("max-message-size", channel, ChannelBounds::maxMessageSize);
		if (maxMessageSize != null) {
			builder.maxInboundMessageSize(maxMessageSize);
		}
		Integer maxMetadataSize = value("max-metadata-size", channel, ChannelBounds::maxMetadataSize);
		if (maxMetadataSize != null) {
			builder.maxInboundMetadataSize(maxMetadataSize);
		}
		this.transports.stream()
			.filter((transport) -> transport.builds(builder))
			.findFirst()
			.ifPresentOrElse((transport) -> applyTo(channel, builder, transport),
					() -> logger.debug("Channel '{}': {} knows no limit of window and connect time", channel.name(),
							builder.getClass().getSimpleName()));
	}

	private void applyTo(ChannelSpec channel, ManagedChannelBuilder<?> builder, ChannelTransport transport) {
		Integer window = value("window", channel, ChannelBounds::window);
		if (window != null) {
			transport.window(builder, window);
		}
		Duration connectTimeout = value("connect-timeout", channel, ChannelBounds::connectTimeout);
		if (connectTimeout != null) {
			transport.connectTimeout(builder, connectTimeout);
		}
	}

	private <T> @Nullable T value(String name, ChannelSpec channel, Function<ChannelBounds, @Nullable T> value) {
		T single = value.apply(this.channels.getOrDefault(channel.name(), ChannelBounds.NONE));
		if (single != null) {
			return single;
		}
		return this.stack.keepsChannel("grpc.k8s.limits." + name, channel) ? null : value.apply(this.all);
	}

}
