package io.github.grpck8s.limits;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The limits of a channel. A value that is {@code null} says nothing.
 *
 * @param maxMessageSize greatest message in bytes
 * @param maxMetadataSize greatest metadata in bytes
 * @param window initial flow-control window in bytes
 * @param connectTimeout time in which a connection must come about, at least 1 ms
 */
public record ChannelBounds(@Nullable Integer maxMessageSize, @Nullable Integer maxMetadataSize,
		@Nullable Integer window, @Nullable Duration connectTimeout) {

	/**
	 * Says nothing.
	 */
	public static final ChannelBounds NONE = new ChannelBounds(null, null, null, null);

}
