package io.github.grpck8s.health.autoconfigure;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.health.Indicator;
import io.github.grpck8s.health.IndicatorPoller;
import io.github.grpck8s.health.ServerHealth;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.LivenessState;

/**
 * Without the actuator: liveness is the application's availability, and readiness needs
 * no group because nothing is serving without it.
 */
final class AvailabilitySource implements HealthSource {

	private final Map<String, String> names;

	private final BooleanSupplier alive;

	private final Map<String, BooleanSupplier> groups = new HashMap<>();

	AvailabilitySource(Map<String, String> names, @Nullable ApplicationAvailability availability) {
		this.names = names;
		this.alive = alive(availability);
		this.groups.put(ServerHealth.LIVENESS, this.alive);
	}

	static BooleanSupplier alive(@Nullable ApplicationAvailability availability) {
		return () -> availability == null || availability.getLivenessState() == LivenessState.CORRECT;
	}

	@Override
	public void open(IndicatorPoller poller) {
		this.names.forEach((name, said) -> this.groups.put(name, group(name, said)));
	}

	private BooleanSupplier group(String name, String said) {
		return switch (said) {
			case ServerHealth.READINESS -> () -> true;
			case ServerHealth.LIVENESS -> this.alive;
			default -> throw new InvalidSettingException("grpc.k8s.health.services." + name, said,
					"must be 'readiness' or 'liveness'",
					"Other health groups and indicators need the health endpoint of spring-boot-starter-actuator.");
		};
	}

	@Override
	public Map<String, BooleanSupplier> groups() {
		return this.groups;
	}

	@Override
	public Map<String, Indicator> indicators() {
		return Map.of();
	}

}
