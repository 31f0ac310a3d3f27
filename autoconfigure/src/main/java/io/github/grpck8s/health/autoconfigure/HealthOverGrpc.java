package io.github.grpck8s.health.autoconfigure;

import java.util.EnumSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.EndpointExposureOutcomeContributor;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Has Boot create the health endpoint with its groups where neither HTTP nor JMX shows
 * it, for example with {@code management.endpoints.web.exposure.include=prometheus}: gRPC
 * shows it. What HTTP and JMX show is not changed.
 */
final class HealthOverGrpc implements EndpointExposureOutcomeContributor {

	private static final EndpointId HEALTH = EndpointId.of("health");

	private static final Set<EndpointExposure> ANY = EnumSet.allOf(EndpointExposure.class);

	private final boolean shown;

	HealthOverGrpc(Environment environment) {
		this.shown = environment.getProperty("grpc.k8s.health.enabled", Boolean.class, true) && ClassUtils
			.isPresent("io.grpc.protobuf.services.HealthStatusManager", HealthOverGrpc.class.getClassLoader());
	}

	@Override
	public @Nullable ConditionOutcome getExposureOutcome(EndpointId endpoint, Set<EndpointExposure> exposures,
			ConditionMessage.Builder message) {
		// a narrower question is about HTTP or JMX alone
		boolean asksForAny = exposures.containsAll(ANY);
		return (this.shown && asksForAny && endpoint.equals(HEALTH))
				? ConditionOutcome.match(message.because("grpc.health.v1 shows it")) : null;
	}

}
