package io.github.grpck8s.shutdown.autoconfigure;

import java.time.Duration;

import io.github.grpck8s.InvalidSettingException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The way out of service.
 *
 * @param enabled Whether to drain gRPC servers when the application stops
 * @param delay Time in which new calls are still served after the application has said
 * that it goes; 5s in a pod and 0s elsewhere unless set
 * @param grace Time that running calls have after the server has sent GOAWAY
 * @param terminationGracePeriod The pod's terminationGracePeriodSeconds, which delay and
 * grace must fit into; 30s in a pod unless set
 * @param maxStreamAge Age, give or take a tenth, at which a streaming call is closed with
 * UNAVAILABLE so that its client begins a new one elsewhere; no limit unless set
 */
@ConfigurationProperties("grpc.k8s.shutdown")
record ShutdownProperties(@DefaultValue("true") boolean enabled, @Nullable Duration delay,
		@DefaultValue("20s") Duration grace, @Nullable Duration terminationGracePeriod,
		@Nullable Duration maxStreamAge) {

	static final Duration LONGEST = Duration.ofDays(7);

	private static final Duration SHORTEST_STREAM = Duration.ofSeconds(1);

	ShutdownProperties {
		check("grpc.k8s.shutdown.delay", delay);
		check("grpc.k8s.shutdown.grace", grace);
		check("grpc.k8s.shutdown.termination-grace-period", terminationGracePeriod);
		if (maxStreamAge != null
				&& (maxStreamAge.compareTo(SHORTEST_STREAM) < 0 || maxStreamAge.compareTo(LONGEST) > 0)) {
			throw new InvalidSettingException("grpc.k8s.shutdown.max-stream-age", maxStreamAge,
					"must be between 1 s and 7 days",
					"Set it to a time such as 30m, or leave it out to let streams last as long as they like.");
		}
	}

	private static void check(String property, @Nullable Duration value) {
		if (value != null && (value.isNegative() || value.compareTo(LONGEST) > 0)) {
			throw new InvalidSettingException(property, value, "must be between 0 s and 7 days",
					"Set it to a time such as 5s or 500ms; 0s waits for nothing.");
		}
	}

}
