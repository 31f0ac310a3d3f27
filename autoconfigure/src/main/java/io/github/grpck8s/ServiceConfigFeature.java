package io.github.grpck8s;

import java.util.Map;

/**
 * What one room adds to the service config of a channel. The adapter of a stack merges
 * the parts of all rooms and hands the whole to the channel once, because a channel takes
 * only one.
 *
 * @see <a href= "https://github.com/grpc/grpc/blob/master/doc/service_config.md">service
 * config</a>
 */
@FunctionalInterface
public interface ServiceConfigFeature {

	/**
	 * The part of this room, in the JSON form of the service config: only strings,
	 * doubles, booleans, lists and maps. Lists of the same key (such as
	 * {@code methodConfig}) are joined; any other key belongs to one room.
	 * @param channel which channel it is
	 * @return the part, empty when this room has nothing to say
	 */
	Map<String, ?> serviceConfig(ChannelSpec channel);

}
