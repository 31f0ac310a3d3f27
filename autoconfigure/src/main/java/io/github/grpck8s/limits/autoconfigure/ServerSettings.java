package io.github.grpck8s.limits.autoconfigure;

import java.util.List;

import io.github.grpck8s.ServerTransport;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.limits.ChannelBounds;
import io.github.grpck8s.limits.ServerLimits;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out of the server's limits those that stay the stack's.
 *
 * @param stack knows what the user set in the words of the stack
 */
record ServerSettings(StackSettings stack) {

	ServerLimits limits(LimitsProperties properties, List<ServerTransport> transports) {
		ChannelBounds sizes = properties.bounds();
		return new ServerLimits(ours("max-concurrent-streams", properties.maxConcurrentStreams()),
				ours("max-resets", properties.maxResets()), properties.maxResetsWindow(),
				ours("window", sizes.window()), ours("max-message-size", sizes.maxMessageSize()),
				ours("max-metadata-size", sizes.maxMetadataSize()), transports);
	}

	private @Nullable Integer ours(String name, @Nullable Integer value) {
		return this.stack.keepsServer("grpc.k8s.limits." + name) ? null : value;
	}

}
