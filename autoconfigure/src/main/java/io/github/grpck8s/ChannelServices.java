package io.github.grpck8s;

import java.util.Collection;

import io.grpc.ServiceDescriptor;

/**
 * Which services a channel is used for, as far as the stack can tell from the
 * application's stubs before the first call.
 */
@FunctionalInterface
public interface ChannelServices {

	/**
	 * The services that the application calls through a channel.
	 * @param channel which channel it is
	 * @return the descriptors, empty when the stack cannot tell
	 */
	Collection<ServiceDescriptor> of(ChannelSpec channel);

}
