package io.github.grpck8s.stack.netdevh;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelServices;
import io.github.grpck8s.FeatureOrder;
import io.github.grpck8s.ServerFeature;
import io.github.grpck8s.ServerLifecycleListener;
import io.github.grpck8s.ServiceConfigFeature;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.StatusHintFeature;
import io.github.grpck8s.StatusHints;
import io.github.grpck8s.TargetRule;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelConfigurer;
import net.devh.boot.grpc.client.config.GrpcChannelsProperties;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration that hands every feature to the net.devh stack.
 */
@AutoConfiguration(beforeName = { "net.devh.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration",
		"net.devh.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration" })
public final class NetDevhStackAutoConfiguration {

	/**
	 * Servers.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Server.class, GrpcServerConfigurer.class })
	static class ServerConfiguration {

		// first, so that a configurer of the user has the last word
		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		static GrpcServerConfigurer grpcK8sServerConfigurer(ObjectProvider<ServerFeature> features) {
			return (server) -> features.orderedStream().forEach((feature) -> feature.applyTo(server));
		}

		@Bean
		NetDevhServerEvents grpcK8sServerEvents(ApplicationContext context,
				ObjectProvider<ServerLifecycleListener> listeners) {
			return new NetDevhServerEvents(context, listeners);
		}

	}

	/**
	 * Channels. The methods are static: the stack builds its first channels from a bean
	 * post-processor, when no configuration should be instantiated yet.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ManagedChannel.class, GrpcChannelConfigurer.class })
	static class ChannelConfiguration {

		@Bean
		static InfrastructureRole grpcK8sInfrastructureRole() {
			return new InfrastructureRole();
		}

		@Bean
		static NetDevhChannels grpcK8sNetDevhChannels(ObjectProvider<GrpcChannelsProperties> properties) {
			return new NetDevhChannels(properties);
		}

		@Bean
		static AddressCheck grpcK8sAddressCheck(ObjectProvider<TargetRule> rules) {
			return new AddressCheck(rules);
		}

		// first, so that a configurer of the user has the last word
		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		static GrpcChannelConfigurer grpcK8sChannelConfigurer(NetDevhChannels channels, AddressCheck addresses,
				ObjectProvider<NetDevhSettings> settings, ObjectProvider<ChannelFeature> features,
				ObjectProvider<ServiceConfigFeature> serviceConfigs) {
			return new FeatureChannelConfigurer(channels, addresses, settings, features, serviceConfigs);
		}

		@Bean
		static HandshakeHints grpcK8sHandshakeHints() {
			return new HandshakeHints();
		}

		@Bean
		@Order(FeatureOrder.HINTS)
		static StatusHints grpcK8sStatusHints(ObjectProvider<StatusHintFeature> features) {
			return new StatusHints(features::orderedStream);
		}

		@Bean
		@ConditionalOnMissingBean(ChannelServices.class)
		static StubServices grpcK8sStubServices(ConfigurableListableBeanFactory beanFactory) {
			return new StubServices(beanFactory);
		}

		@Bean
		static UnknownChannels grpcK8sUnknownChannels(Environment environment, NetDevhChannels channels) {
			return new UnknownChannels(environment, channels);
		}

		@Bean
		SmartInitializingSingleton grpcK8sUnusedAddresses(NetDevhChannels channels, AddressCheck addresses) {
			return () -> addresses.check(channels);
		}

	}

	/**
	 * What the user has set on the stack itself.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "net.devh.boot.grpc.common.util.GrpcUtils")
	static class SettingsConfiguration {

		@Bean
		@ConditionalOnMissingBean(StackSettings.class)
		static NetDevhSettings grpcK8sStackSettings(Environment environment) {
			return new NetDevhSettings(environment);
		}

	}

}
