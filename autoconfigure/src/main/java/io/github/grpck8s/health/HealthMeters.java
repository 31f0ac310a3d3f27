package io.github.grpck8s.health;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Shows what the server says of itself. A registry asks when it is read, and a probe
 * costs nothing.
 */
public final class HealthMeters implements MeterBinder {

	private final ServerHealth health;

	private final IndicatorPoller poller;

	/**
	 * Create the meters.
	 * @param health what is said
	 * @param poller asks the indicators
	 */
	public HealthMeters(ServerHealth health, IndicatorPoller poller) {
		this.health = health;
		this.poller = poller;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		// services become known when their server starts
		this.health.eachName((name) -> Gauge
			.builder(HealthMeter.SERVING.meterName(), this.health,
					(health) -> (health.status(name) == ServingStatus.SERVING) ? 1 : 0)
			.description(HealthMeter.SERVING.description())
			.tag(HealthMeter.SERVICE, name.isEmpty() ? HealthMeter.WHOLE : name)
			.register(registry));
		Gauge.builder(HealthMeter.WATCHES.meterName(), this.health, ServerHealth::watches)
			.description(HealthMeter.WATCHES.description())
			.register(registry);
		FunctionCounter.builder(HealthMeter.TIMEOUTS.meterName(), this.poller, IndicatorPoller::timeouts)
			.description(HealthMeter.TIMEOUTS.description())
			.register(registry);
	}

}
