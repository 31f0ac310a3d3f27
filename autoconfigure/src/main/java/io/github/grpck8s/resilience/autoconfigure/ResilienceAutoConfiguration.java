package io.github.grpck8s.resilience.autoconfigure;

import java.util.List;

import io.github.grpck8s.ChannelServices;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.FeatureOrder;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.resilience.DeadlineFeature;
import io.github.grpck8s.resilience.DeadlineRules;
import io.github.grpck8s.resilience.IdempotentMethods;
import io.github.grpck8s.resilience.RetryFeature;
import io.grpc.ManagedChannelBuilder;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/**
 * Default deadlines and retries for every channel.
 */
@AutoConfiguration
@ConditionalOnClass(ManagedChannelBuilder.class)
@ConditionalOnBooleanProperty(name = ResilienceProperties.PREFIX + ".enabled", matchIfMissing = true)
@EnableConfigurationProperties(ResilienceProperties.class)
public final class ResilienceAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	@Order(FeatureOrder.RESILIENCE)
	DeadlineFeature grpcK8sDeadlineFeature(ResilienceProperties properties, ObjectProvider<StackSettings> stack) {
		return new DeadlineFeature((channel) -> {
			DeadlineRules rules = properties.deadlines(channel.name());
			return keeps(stack, "deadline", channel) ? new DeadlineRules(null, rules.stream(), rules.methods()) : rules;
		});
	}

	@Bean
	@ConditionalOnMissingBean
	@Order(FeatureOrder.RESILIENCE)
	RetryFeature grpcK8sRetryFeature(ResilienceProperties properties, ObjectProvider<StackSettings> stack,
			ObjectProvider<ChannelServices> services, IdempotentMethods idempotentMethods) {
		return new RetryFeature((channel) -> keeps(stack, "retry", channel) ? null : properties.retries(channel.name()),
				(channel) -> services.getIfAvailable(() -> (unknown) -> List.of()).of(channel), idempotentMethods);
	}

	/**
	 * net.devh has neither; as in every room another stack is asked too, which may have.
	 */
	private static boolean keeps(ObjectProvider<StackSettings> stack, String setting, ChannelSpec channel) {
		return stack.getIfAvailable(() -> StackSettings.NONE)
			.keepsChannel(ResilienceProperties.PREFIX + "." + setting, channel);
	}

	/**
	 * With generated messages the {@code .proto} says what is idempotent.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ProtoMethodDescriptorSupplier.class)
	static class ProtoConfiguration {

		@Bean
		@ConditionalOnMissingBean
		IdempotentMethods grpcK8sIdempotentMethods() {
			return IdempotentMethods.markedInProto();
		}

	}

	/**
	 * Without them only the descriptors can.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass("io.grpc.protobuf.ProtoMethodDescriptorSupplier")
	static class DescriptorConfiguration {

		@Bean
		@ConditionalOnMissingBean
		IdempotentMethods grpcK8sIdempotentMethods() {
			return IdempotentMethods.markedInDescriptor();
		}

	}

}
