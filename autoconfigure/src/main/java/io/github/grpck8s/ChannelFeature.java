package io.github.grpck8s;

import io.grpc.ManagedChannelBuilder;

/**
 * What one room adds to a gRPC channel that is being built. Features know no stack: the
 * adapter of a stack collects them in the order of {@link FeatureOrder} and applies each
 * once to every channel, after the stack's own settings.
 */
@FunctionalInterface
public interface ChannelFeature {

	/**
	 * Apply this feature. Called on the thread that builds the channel; must not block.
	 * @param channel which channel it is
	 * @param builder the channel under construction, of any transport
	 */
	void applyTo(ChannelSpec channel, ManagedChannelBuilder<?> builder);

}
