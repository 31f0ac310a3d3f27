package io.github.grpck8s.resilience;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import io.github.grpck8s.ChannelServices;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.InfrastructureCalls;
import io.github.grpck8s.ServiceConfigFeature;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a channel repeat the calls that may be repeated, by its service config. Retries are
 * never switched off in the channel itself: that would also end those that gRPC makes on
 * its own when a call has not reached any server.
 */
public class RetryFeature implements ServiceConfigFeature {

	private static final Logger logger = LoggerFactory.getLogger(RetryFeature.class);

	private final Function<ChannelSpec, @Nullable RetryRules> rules;

	private final ChannelServices services;

	private final IdempotentMethods idempotentMethods;

	/**
	 * Create the feature.
	 * @param rules the retries of a channel, {@code null} for none
	 * @param services which services a channel is used for
	 * @param idempotentMethods which of their methods may be repeated
	 */
	public RetryFeature(Function<ChannelSpec, @Nullable RetryRules> rules, ChannelServices services,
			IdempotentMethods idempotentMethods) {
		this.rules = rules;
		this.services = services;
		this.idempotentMethods = idempotentMethods;
	}

	@Override
	public Map<String, ?> serviceConfig(ChannelSpec channel) {
		RetryRules applied = this.rules.apply(channel);
		// with xDS the control plane says what is repeated
		if (applied == null || channel.hasScheme("xds")) {
			return Map.of();
		}
		Collection<ServiceDescriptor> known = this.services.of(channel);
		List<MethodName> names = applied.namesWith(declaredIn(known));
		applied.idempotentMethods().forEach((name) -> warnIfUnknown(channel, name, known));
		if (names.isEmpty()) {
			return Map.of();
		}
		Map<String, Object> methods = new LinkedHashMap<>();
		methods.put("name", names.stream().map(MethodName::toServiceConfig).toList());
		methods.put("retryPolicy", applied.policy().toServiceConfig());
		return Map.of("methodConfig", List.of(methods), "retryThrottling", applied.throttling().toServiceConfig());
	}

	private Set<MethodName> declaredIn(Collection<ServiceDescriptor> known) {
		Set<MethodName> declared = new LinkedHashSet<>();
		for (ServiceDescriptor service : known) {
			for (MethodDescriptor<?, ?> method : service.getMethods()) {
				if (!InfrastructureCalls.contains(method) && this.idempotentMethods.contains(method)) {
					declared.add(new MethodName(service.getName(), method.getBareMethodName()));
				}
			}
		}
		return declared;
	}

	private static void warnIfUnknown(ChannelSpec channel, MethodName name, Collection<ServiceDescriptor> known) {
		for (ServiceDescriptor service : known) {
			boolean methodOfIt = service.getName().equals(name.service()) && name.method() != null;
			if (methodOfIt && service.getMethods()
				.stream()
				.noneMatch((method) -> method.getFullMethodName().equals(name.toString()))) {
				logger.warn("'{}' is among the idempotent methods of channel '{}', but {} has no such method", name,
						channel.name(), service.getName());
			}
		}
	}

}
