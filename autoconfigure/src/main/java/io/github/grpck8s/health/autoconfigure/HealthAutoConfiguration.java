package io.github.grpck8s.health.autoconfigure;

import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

import io.github.grpck8s.FeatureOrder;
import io.github.grpck8s.GrpcWarmUp;
import io.github.grpck8s.ServerTransport;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.StackSettings.Setting;
import io.github.grpck8s.health.HealthCheckedChannels;
import io.github.grpck8s.health.HealthMeters;
import io.github.grpck8s.health.HealthOnlyServer;
import io.github.grpck8s.health.IndicatorPoller;
import io.github.grpck8s.health.ServerHealth;
import io.grpc.BindableService;
import io.grpc.ServerBuilder;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the health room.
 */
@AutoConfiguration(
		afterName = { "org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration",
				"org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration",
				"org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration",
				"org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration" })
@ConditionalOnClass(HealthStatusManager.class)
@ConditionalOnBooleanProperty(name = "grpc.k8s.health.enabled", matchIfMissing = true)
@EnableConfigurationProperties(HealthProperties.class)
public final class HealthAutoConfiguration {

	private static final int PROBES_PER_CONNECTION = 16;

	private static final int RESETS_PER_CONNECTION = 100;

	private static final Duration RESET_WINDOW = Duration.ofSeconds(10);

	@Bean
	@ConditionalOnMissingBean(HealthSource.class)
	AvailabilitySource grpcK8sHealthSource(HealthProperties properties,
			ObjectProvider<ApplicationAvailability> availability, Environment environment) {
		GroupsWithoutEndpoint.warn(environment);
		return new AvailabilitySource(properties.services(), availability.getIfAvailable());
	}

	@Bean
	IndicatorPoller grpcK8sIndicatorPoller(HealthProperties properties, HealthSource source) {
		return new IndicatorPoller(source::indicators, properties.interval(), properties.timeout());
	}

	@Bean
	@Order(FeatureOrder.SETTINGS)
	@ConditionalOnMissingBean
	ServerHealth grpcK8sServerHealth(HealthSource source, ObjectProvider<HealthStatusManager> statuses) {
		return new ServerHealth(source::groups, elsewhere(statuses.getIfUnique()));
	}

	private static HealthGrpc.@Nullable AsyncService elsewhere(@Nullable HealthStatusManager statuses) {
		return (statuses != null && statuses.getHealthService() instanceof HealthGrpc.AsyncService service) ? service
				: null;
	}

	@Bean
	@Order(FeatureOrder.SETTINGS)
	HealthFeature grpcK8sHealthFeature(ServerHealth health, ObjectProvider<BindableService> services,
			ObjectProvider<StackSettings> stack) {
		return new HealthFeature(health, services::stream, switchedOff(stack.getIfAvailable(() -> StackSettings.NONE)));
	}

	private static @Nullable Setting<Boolean> switchedOff(StackSettings stack) {
		String ours = "grpc.k8s.health.enabled";
		Setting<Boolean> theirs = stack.keepsServer(ours) ? stack.serverSetting(ours, Boolean.class) : null;
		return (theirs != null && !theirs.value()) ? theirs : null;
	}

	@Bean
	HealthLifecycle grpcK8sHealthLifecycle(ApplicationContext context, HealthProperties properties, ServerHealth health,
			HealthSource source, IndicatorPoller poller, ObjectProvider<ApplicationAvailability> availability,
			ObjectProvider<GrpcWarmUp> warmUps, ObjectProvider<HealthOnlyServer> probes,
			ObjectProvider<BindableService> services) {
		// before this bean: see there
		availability.getIfAvailable();
		return new HealthLifecycle(context, health, source, poller, () -> named(context, warmUps),
				properties.warmUpTimeout(), probes.getIfAvailable(), services::stream);
	}

	// ordered as beans are, which only a provider knows, with names, which only the
	// context knows
	private static Map<String, GrpcWarmUp> named(ApplicationContext context, ObjectProvider<GrpcWarmUp> ordered) {
		Map<GrpcWarmUp, String> names = new IdentityHashMap<>();
		context.getBeansOfType(GrpcWarmUp.class).forEach((name, warmUp) -> names.put(warmUp, name));
		Map<String, GrpcWarmUp> named = new LinkedHashMap<>();
		ordered.orderedStream().forEach((warmUp) -> named.put(names.getOrDefault(warmUp, warmUp.toString()), warmUp));
		return named;
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnProperty("grpc.k8s.health.port")
	HealthOnlyServer grpcK8sHealthOnlyServer(HealthProperties properties, ServerHealth health,
			ObjectProvider<ServerTransport> transports, Environment environment, ObjectProvider<StackSettings> stack) {
		int port = Objects.requireNonNull(properties.port());
		PortOfItsOwn.check(port, environment, stack.getIfAvailable(() -> StackSettings.NONE));
		return new HealthOnlyServer(port, health.service(), limits(transports));
	}

	@Bean
	@Order(FeatureOrder.SETTINGS)
	@ConditionalOnMissingBean
	HealthCheckedChannels grpcK8sHealthCheckedChannels(HealthProperties properties) {
		return new HealthCheckedChannels((channel) -> properties.client().serviceName(channel.name()));
	}

	private static Consumer<ServerBuilder<?>> limits(ObjectProvider<ServerTransport> transports) {
		return (server) -> transports.stream().filter((transport) -> transport.builds(server)).forEach((transport) -> {
			transport.maxConcurrentStreams(server, PROBES_PER_CONNECTION);
			transport.maxResets(server, RESETS_PER_CONNECTION, RESET_WINDOW);
		});
	}

	/**
	 * Where Micrometer is.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterBinder.class)
	static class Meters {

		@Bean
		@ConditionalOnMissingBean
		HealthMeters grpcK8sHealthMeters(ServerHealth health, IndicatorPoller poller) {
			return new HealthMeters(health, poller);
		}

	}

	/**
	 * Where the actuator's health endpoint is.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HealthEndpointGroups.class, HealthContributorRegistry.class })
	static class Actuator {

		@Bean
		@ConditionalOnBean({ HealthEndpointGroups.class, HealthContributorRegistry.class })
		@ConditionalOnMissingBean(HealthSource.class)
		ActuatorSource grpcK8sActuatorHealthSource(HealthProperties properties,
				ObjectProvider<HealthEndpointGroups> groups, ObjectProvider<HealthContributorRegistry> registry,
				ObjectProvider<ReactiveHealthContributorRegistry> reactive,
				ObjectProvider<ApplicationAvailability> availability) {
			return new ActuatorSource(properties.services(), groups::getObject,
					() -> contributors(registry.getObject(), reactive.getIfAvailable()),
					AvailabilitySource.alive(availability.getIfAvailable()));
		}

		private static HealthContributors contributors(HealthContributorRegistry registry,
				@Nullable ReactiveHealthContributorRegistry reactive) {
			return (reactive != null) ? HealthContributors.of(registry, reactive.asHealthContributors()) : registry;
		}

	}

}
