package io.github.grpck8s.keepalive.autoconfigure;

import java.util.Map;
import java.util.stream.Collectors;

import io.github.grpck8s.ChannelTransport;
import io.github.grpck8s.FeatureOrder;
import io.github.grpck8s.ServerTransport;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.keepalive.ChannelKeepAlive;
import io.github.grpck8s.keepalive.ChannelPings;
import io.github.grpck8s.keepalive.PingAgreement;
import io.github.grpck8s.keepalive.ServerKeepAlive;
import io.github.grpck8s.keepalive.TooManyPingsHint;
import io.grpc.ServerBuilder;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Keep-alive of connections, for servers and for channels.
 */
@AutoConfiguration
@ConditionalOnClass(ServerBuilder.class)
@ConditionalOnBooleanProperty(name = "grpc.k8s.keepalive.enabled", matchIfMissing = true)
@EnableConfigurationProperties(KeepAliveProperties.class)
public final class KeepAliveAutoConfiguration {

	private static final String CLIENT = "grpc.k8s.keepalive.client.";

	@Bean
	@ConditionalOnMissingBean
	@Order(FeatureOrder.SETTINGS)
	ServerKeepAlive grpcK8sServerKeepAlive(KeepAliveProperties properties, ObjectProvider<StackSettings> stack) {
		return new ServerSettings(stack.getIfAvailable(() -> StackSettings.NONE)).keepAlive(properties.server());
	}

	@Bean
	@ConditionalOnMissingBean
	@Order(FeatureOrder.SETTINGS)
	ChannelKeepAlive grpcK8sChannelKeepAlive(KeepAliveProperties properties, Environment environment,
			ObjectProvider<StackSettings> stack) {
		Map<String, ChannelPings> channels = properties.channels()
			.entrySet()
			.stream()
			.collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, (channel) -> channel.getValue().pings()));
		return new ChannelKeepAlive(properties.client().pings(), written(properties.client(), environment), channels,
				stack.getIfAvailable(() -> StackSettings.NONE));
	}

	@Bean
	@ConditionalOnMissingBean
	@Order(FeatureOrder.SETTINGS)
	PingAgreement grpcK8sPingAgreement(ServerKeepAlive server, ChannelKeepAlive channels,
			ObjectProvider<ServerTransport> serverTransports, ObjectProvider<ChannelTransport> channelTransports,
			ObjectProvider<StackSettings> stack) {
		return new PingAgreement(server, channels, serverTransports.orderedStream().toList(),
				channelTransports.orderedStream().toList(), stack.getIfAvailable(() -> StackSettings.NONE));
	}

	@Bean
	@ConditionalOnMissingBean
	TooManyPingsHint grpcK8sTooManyPingsHint(ChannelKeepAlive channels) {
		return new TooManyPingsHint(channels);
	}

	/**
	 * Only what the user wrote: the defaults are for {@code k8s:} targets alone, so a
	 * value must be told from a default.
	 */
	private static ChannelPings written(KeepAliveProperties.Client client, Environment environment) {
		Binder binder = Binder.get(environment);
		return new ChannelPings(written(binder, "time", client.time()), written(binder, "timeout", client.timeout()),
				written(binder, "without-calls", client.withoutCalls()),
				written(binder, "idle-timeout", client.idleTimeout()));
	}

	private static <T> @Nullable T written(Binder binder, String name, T value) {
		return binder.bind(CLIENT + name, String.class).isBound() ? value : null;
	}

}
