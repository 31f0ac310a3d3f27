package io.github.grpck8s.limits.autoconfigure;

import java.util.Map;
import java.util.stream.Collectors;

import io.github.grpck8s.ChannelTransport;
import io.github.grpck8s.FeatureOrder;
import io.github.grpck8s.ServerTransport;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.limits.BufferLimit;
import io.github.grpck8s.limits.ChannelBounds;
import io.github.grpck8s.limits.ChannelLimits;
import io.github.grpck8s.limits.ServerLimits;
import io.grpc.ServerBuilder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Limits of connections, for servers and for channels.
 */
@AutoConfiguration
@ConditionalOnClass(ServerBuilder.class)
@ConditionalOnBooleanProperty(name = "grpc.k8s.limits.enabled", matchIfMissing = true)
@EnableConfigurationProperties(LimitsProperties.class)
public final class LimitsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	@Order(FeatureOrder.SETTINGS)
	ServerLimits grpcK8sServerLimits(LimitsProperties properties, ObjectProvider<ServerTransport> transports,
			ObjectProvider<StackSettings> stack) {
		return new ServerSettings(stack.getIfAvailable(() -> StackSettings.NONE)).limits(properties,
				transports.orderedStream().toList());
	}

	@Bean
	@ConditionalOnMissingBean
	@Order(FeatureOrder.INNER)
	BufferLimit grpcK8sBufferLimit(LimitsProperties properties) {
		return new BufferLimit(properties.maxBufferedSize().toBytes());
	}

	@Bean
	@ConditionalOnMissingBean
	@Order(FeatureOrder.SETTINGS)
	ChannelLimits grpcK8sChannelLimits(LimitsProperties properties, ObjectProvider<ChannelTransport> transports,
			ObjectProvider<StackSettings> stack) {
		Map<String, ChannelBounds> channels = properties.channels()
			.entrySet()
			.stream()
			.collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, (channel) -> channel.getValue().bounds()));
		return new ChannelLimits(properties.bounds(), channels, transports.orderedStream().toList(),
				stack.getIfAvailable(() -> StackSettings.NONE));
	}

}
