package io.github.grpck8s.health.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

import io.github.grpck8s.InvalidSettingException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The health service.
 *
 * @param enabled Whether to answer grpc.health.v1 from the application's availability,
 * health groups and indicators
 * @param interval Time between two rounds in which the health indicators are asked
 * @param timeout Time that a health indicator has to answer before it counts as DOWN
 * @param warmUpTimeout Time that all GrpcWarmUp beans together have before the
 * application accepts traffic without them
 * @param port Port of a second server without TLS that knows health only, 1 to 65535 and
 * no port of another server of the application
 * @param services Further names, each with the health group or the health indicator that
 * it says
 * @param client Whether and how channels watch the health of their servers
 */
@ConfigurationProperties("grpc.k8s.health")
record HealthProperties(@DefaultValue("true") boolean enabled, @DefaultValue("5s") Duration interval,
		@DefaultValue("1s") Duration timeout, @DefaultValue("30s") Duration warmUpTimeout, @Nullable Integer port,
		@DefaultValue Map<String, String> services, @DefaultValue Client client) {

	private static final Duration LONGEST = Duration.ofDays(1);

	private static final Set<String> OURS = Set.of("readiness", "liveness", "startup");

	HealthProperties {
		positive("grpc.k8s.health.interval", interval);
		positive("grpc.k8s.health.timeout", timeout);
		positive("grpc.k8s.health.warm-up-timeout", warmUpTimeout);
		services.forEach(HealthProperties::further);
		// 0 would be any port that is free, which no probe could know
		if (port != null && (port < 1 || port > 65535)) {
			throw new InvalidSettingException("grpc.k8s.health.port", port, "must be between 1 and 65535",
					"Set the port that the probes ask, or leave it out to have them ask the main server.");
		}
	}

	private static void further(String name, String source) {
		if (name.isEmpty() || OURS.contains(name)) {
			throw new InvalidSettingException("grpc.k8s.health.services." + name, source,
					"must be a further name and not one that the application answers already",
					"Change what '" + name + "' says by management.endpoint.health.group." + name + ".include.");
		}
	}

	private static void positive(String property, Duration value) {
		if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
			throw new InvalidSettingException(property, value, "must be longer than 0 s and not longer than a day",
					"Set it to a time such as 5s or 500ms.");
		}
	}

	/**
	 * Channels that use no server which says that it is not serving.
	 *
	 * @param serviceName Name that channels ask their servers for, empty for the server
	 * as a whole; servers are not asked unless set
	 * @param channels Settings of single channels by name
	 */
	record Client(@Nullable String serviceName, @DefaultValue Map<String, Channel> channels) {

		@Nullable String serviceName(String channel) {
			Channel own = this.channels.get(channel);
			if (own == null) {
				return this.serviceName;
			}
			if (!own.enabled()) {
				return null;
			}
			return (own.serviceName() != null) ? own.serviceName() : this.serviceName;
		}

	}

	/**
	 * One channel.
	 *
	 * @param enabled Whether this channel asks its servers, if a name is set for it or
	 * for all
	 * @param serviceName Name that this channel asks its servers for, empty for the
	 * server as a whole
	 */
	record Channel(@DefaultValue("true") boolean enabled, @Nullable String serviceName) {
	}

}
