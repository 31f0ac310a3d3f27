package io.github.grpck8s.balancing.autoconfigure;

import io.github.grpck8s.FeatureOrder;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.balancing.BalancingServiceConfig;
import io.grpc.LoadBalancerProvider;
import io.grpc.util.GracefulSwitchLoadBalancer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Makes {@code kubernetes} the load-balancing policy of channels to {@code k8s:} targets.
 */
@AutoConfiguration
@ConditionalOnClass({ LoadBalancerProvider.class, GracefulSwitchLoadBalancer.class })
@ConditionalOnBooleanProperty(name = "grpc.k8s.balancing.enabled", matchIfMissing = true)
@EnableConfigurationProperties(BalancingProperties.class)
public final class BalancingAutoConfiguration {

	@Bean
	@Order(FeatureOrder.SETTINGS)
	@ConditionalOnMissingBean
	BalancingServiceConfig grpcK8sBalancingServiceConfig(BalancingProperties properties,
			ObjectProvider<StackSettings> stack) {
		return BalancingServiceConfig.of(properties.maxConnectionsPerPod(), properties.maxConcurrentStreams(),
				properties.connectionQuietTime().toNanos(), properties.warmUpShare(),
				properties.warmUpTimeout().toNanos(),
				new PolicyOfChannel(properties, stack.getIfAvailable(() -> StackSettings.NONE)));
	}

}
