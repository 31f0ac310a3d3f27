package io.github.grpck8s.limits.autoconfigure;

import java.time.Duration;
import java.util.Map;

import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.limits.ChannelBounds;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Limits of connections.
 *
 * @param enabled Whether to limit connections
 * @param maxConcurrentStreams Calls that one connection may have open at a server at once
 * @param maxResets Calls that one connection may have reset within max-resets-window
 * before the server ends it
 * @param maxResetsWindow Time in which the resets of a connection are counted, in whole
 * seconds
 * @param window Initial HTTP/2 flow-control window, of servers and of channels
 * @param maxMessageSize Greatest message that a server or a channel accepts
 * @param maxMetadataSize Greatest metadata that a server or a channel accepts
 * @param maxBufferedSize Memory of a server that the messages of one connection may
 * occupy: answers that nobody reads and messages that are not complete
 * @param connectTimeout Time in which a channel's connection must come about
 * @param channels What differs for single channels, by the name of the channel
 */
@ConfigurationProperties("grpc.k8s.limits")
record LimitsProperties(@DefaultValue("true") boolean enabled, @DefaultValue("200") int maxConcurrentStreams,
		@DefaultValue("1000") int maxResets, @DefaultValue("10s") Duration maxResetsWindow,
		@DefaultValue("1MB") DataSize window, @DefaultValue("4MB") DataSize maxMessageSize,
		@DefaultValue("8KB") DataSize maxMetadataSize, @DefaultValue("32MB") DataSize maxBufferedSize,
		@DefaultValue("3s") Duration connectTimeout, @DefaultValue Map<String, Channel> channels) {

	private static final String PREFIX = "grpc.k8s.limits.";

	/** The window before the first SETTINGS frame (RFC 9113, 6.9.2). */
	private static final DataSize LEAST_WINDOW = DataSize.ofBytes(65_535);

	LimitsProperties {
		requirePositive(PREFIX + "max-concurrent-streams", maxConcurrentStreams);
		requirePositive(PREFIX + "max-resets", maxResets);
		if (maxResetsWindow.toSeconds() < 1 || maxResetsWindow.toSeconds() > Integer.MAX_VALUE
				|| maxResetsWindow.getNano() != 0) {
			throw new InvalidSettingException(PREFIX + "max-resets-window", maxResetsWindow,
					"must be whole seconds, 1s or more", "Set a time such as 10s.");
		}
		if (maxBufferedSize.toBytes() < 1) {
			throw new InvalidSettingException(PREFIX + "max-buffered-size", maxBufferedSize, "must be 1B or more",
					"Set a size such as 32MB, 1024GB for no limit.");
		}
		check(PREFIX, new Channel(maxMessageSize, maxMetadataSize, window, connectTimeout));
		channels.forEach((name, channel) -> check(PREFIX + "channels." + name + ".", channel));
	}

	private static void check(String prefix, Channel channel) {
		require(prefix + "max-message-size", channel.maxMessageSize(), DataSize.ofBytes(1), "4MB");
		require(prefix + "max-metadata-size", channel.maxMetadataSize(), DataSize.ofBytes(1), "8KB");
		require(prefix + "window", channel.window(), LEAST_WINDOW, "1MB");
		Duration connectTimeout = channel.connectTimeout();
		if (connectTimeout != null && (connectTimeout.compareTo(Duration.ofMillis(1)) < 0
				|| connectTimeout.compareTo(Duration.ofMillis(Integer.MAX_VALUE)) > 0)) {
			throw new InvalidSettingException(prefix + "connect-timeout", connectTimeout,
					"must be 1ms or more and at most 24 days", "Set a time such as 3s.");
		}
	}

	private static void require(String property, @Nullable DataSize size, DataSize least, String usual) {
		if (size != null && (size.compareTo(least) < 0 || size.toBytes() > Integer.MAX_VALUE)) {
			throw new InvalidSettingException(property, size,
					"must be " + least + " or more and at most " + Integer.MAX_VALUE + "B",
					"Set a size such as " + usual + ".");
		}
	}

	private static void requirePositive(String property, int value) {
		if (value < 1) {
			throw new InvalidSettingException(property, value, "must be 1 or more",
					"Set " + Integer.MAX_VALUE + " for no limit.");
		}
	}

	private static @Nullable Integer bytes(@Nullable DataSize size) {
		return (size != null) ? Math.toIntExact(size.toBytes()) : null;
	}

	/**
	 * The limits of one channel.
	 *
	 * @param maxMessageSize Greatest message that this channel accepts
	 * @param maxMetadataSize Greatest metadata that this channel accepts
	 * @param window Initial HTTP/2 flow-control window of this channel
	 * @param connectTimeout Time in which a connection of this channel must come about
	 */
	record Channel(@Nullable DataSize maxMessageSize, @Nullable DataSize maxMetadataSize, @Nullable DataSize window,
			@Nullable Duration connectTimeout) {

		ChannelBounds bounds() {
			return new ChannelBounds(bytes(this.maxMessageSize), bytes(this.maxMetadataSize), bytes(this.window),
					this.connectTimeout);
		}

	}

	ChannelBounds bounds() {
		return new Channel(this.maxMessageSize, this.maxMetadataSize, this.window, this.connectTimeout).bounds();
	}

}
