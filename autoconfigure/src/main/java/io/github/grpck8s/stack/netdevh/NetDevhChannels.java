package io.github.grpck8s.stack.netdevh;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import io.github.grpck8s.ChannelSpec;
import net.devh.boot.grpc.client.config.GrpcChannelsProperties;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * The channels that {@code grpc.client} configures and those that are built without.
 */
class NetDevhChannels {

	/** Below it are settings for all channels. */
	private static final String GLOBAL = "GLOBAL";

	private final ObjectProvider<GrpcChannelsProperties> properties;

	private final Set<String> asked = ConcurrentHashMap.newKeySet();

	NetDevhChannels(ObjectProvider<GrpcChannelsProperties> properties) {
		this.properties = properties;
	}

	/**
	 * The channel of a name, with the target that the stack's channel factories will use.
	 * @param name the name of the channel
	 * @return the channel
	 */
	ChannelSpec get(String name) {
		this.asked.add(name);
		GrpcChannelsProperties all = this.properties.getObject();
		URI address = all.getChannel(name).getAddress();
		return new ChannelSpec(name, (address != null) ? address.toString() : defaultTarget(all, name));
	}

	/**
	 * The names of all channels that are configured or were built.
	 * @return the names, sorted
	 */
	Set<String> names() {
		Set<String> names = new TreeSet<>(this.asked);
		GrpcChannelsProperties all = this.properties.getIfAvailable();
		if (all != null) {
			names.addAll(all.getClient().keySet());
		}
		names.remove(GLOBAL);
		return names;
	}

	/**
	 * Every channel that has an address of its own.
	 * @return the channels
	 */
	List<ChannelSpec> withAddress() {
		GrpcChannelsProperties all = this.properties.getIfAvailable();
		if (all == null) {
			return List.of();
		}
		List<ChannelSpec> channels = new ArrayList<>();
		all.getClient().forEach((name, channel) -> {
			if (channel.getAddress() != null) {
				channels.add(new ChannelSpec(name, channel.getAddress().toString()));
			}
		});
		return channels;
	}

	private static String defaultTarget(GrpcChannelsProperties all, String name) {
		@Nullable String scheme = all.getDefaultScheme();
		if (scheme == null) {
			return name;
		}
		return (scheme.contains(":") ? scheme : scheme + ":///") + name;
	}

}
