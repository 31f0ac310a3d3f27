package io.github.grpck8s.discovery.autoconfigure;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.FeatureOrder;
import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.TargetRule;
import io.github.grpck8s.discovery.Discovery;
import io.github.grpck8s.discovery.DiscoverySettings.Fallback;
import io.github.grpck8s.discovery.KubernetesNameResolverProvider;
import io.grpc.ManagedChannelBuilder;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.annotation.Order;
import org.springframework.util.ClassUtils;

/**
 * Lets {@code k8s:} targets use the application's Kubernetes client and settings. Asks
 * for the client only when the first such channel resolves.
 */
@AutoConfiguration
@ConditionalOnClass({ ManagedChannelBuilder.class, KubernetesClient.class })
@ConditionalOnBooleanProperty(name = "grpc.k8s.discovery.enabled", matchIfMissing = true)
@EnableConfigurationProperties(DiscoveryProperties.class)
public final class DiscoveryAutoConfiguration {

	/**
	 * Not lazy: a channel that the application builds by hand asks for it through the
	 * process.
	 */
	@Bean(destroyMethod = "close")
	@Lazy(false)
	@ConditionalOnMissingBean
	Discovery grpcK8sDiscovery(DiscoveryProperties properties, ConfigurableListableBeanFactory beans) {
		if (properties.fallback() == Fallback.DNS
				&& !ClassUtils.isPresent("org.xbill.DNS.SimpleResolver", beans.getBeanClassLoader())) {
			throw new InvalidSettingException("grpc.k8s.discovery.fallback", "dns",
					"must be 'none' without dnsjava on the class path",
					"Add dnsjava:dnsjava, which the starter brings, or leave the property out.");
		}
		Discovery discovery = Discovery.of(properties.settings(), new ApplicationClient(beans));
		discovery.register();
		return discovery;
	}

	@Bean
	@Order(FeatureOrder.SETTINGS)
	@ConditionalOnMissingBean(name = "grpcK8sDiscoveryChannelFeature")
	ChannelFeature grpcK8sDiscoveryChannelFeature(Discovery discovery) {
		return (channel, builder) -> {
			if (channel.isKubernetes()) {
				requireNamespace(channel, discovery);
				KubernetesNameResolverProvider.use(builder, discovery);
			}
		};
	}

	private static void requireNamespace(ChannelSpec channel, Discovery discovery) {
		if (!discovery.knowsNamespace(channel.target())) {
			throw new InvalidSettingException("grpc.k8s.discovery.namespace", "",
					"must be set for the target '" + channel.target() + "' of channel '" + channel.name() + "'",
					"The target names no namespace, and neither a mounted service account nor a kubeconfig says one:"
							+ " write k8s:///service.namespace:port, or set the property.");
		}
	}

	/**
	 * With Micrometer, whose registries take it wherever they are.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterBinder.class)
	static class Metered {

		@Bean
		@Lazy(false)
		DiscoveryMeters grpcK8sDiscoveryMeters(Discovery discovery) {
			DiscoveryMeters meters = new DiscoveryMeters(System::nanoTime);
			discovery.listen(meters);
			return meters;
		}

	}

	@Bean
	TargetRule grpcK8sKubernetesTargetRule() {
		return (target) -> {
			if (new ChannelSpec("", target).isKubernetes()) {
				KubernetesNameResolverProvider.check(target);
			}
		};
	}

}
