package io.github.grpck8s.stack.netdevh;

import java.util.Map;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.ServiceConfigFeature;
import io.github.grpck8s.ServiceConfigs;
import io.grpc.ManagedChannelBuilder;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelConfigurer;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Applies the features of all rooms to a channel of the stack.
 */
class FeatureChannelConfigurer implements GrpcChannelConfigurer {

	private final NetDevhChannels channels;

	private final AddressCheck addresses;

	private final ObjectProvider<NetDevhSettings> settings;

	private final ObjectProvider<ChannelFeature> features;

	private final ObjectProvider<ServiceConfigFeature> serviceConfigs;

	FeatureChannelConfigurer(NetDevhChannels channels, AddressCheck addresses, ObjectProvider<NetDevhSettings> settings,
			ObjectProvider<ChannelFeature> features, ObjectProvider<ServiceConfigFeature> serviceConfigs) {
		this.channels = channels;
		this.addresses = addresses;
		this.settings = settings;
		this.features = features;
		this.serviceConfigs = serviceConfigs;
	}

	@Override
	public void accept(ManagedChannelBuilder<?> builder, String name) {
		ChannelSpec channel = this.channels.get(name);
		this.addresses.check(channel);
		this.settings.ifAvailable((stack) -> stack.sayWhatIsSetTwice(channel));
		this.features.orderedStream().forEach((feature) -> feature.applyTo(channel, builder));
		Map<String, ?> serviceConfig = ServiceConfigs.merge(this.serviceConfigs.orderedStream().toList(), channel);
		if (!serviceConfig.isEmpty()) {
			builder.defaultServiceConfig(serviceConfig);
		}
	}

}
