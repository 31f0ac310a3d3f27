package io.github.grpck8s.shutdown;

import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Shows what the drain knows. A registry asks when it is read, and a call costs nothing.
 */
public final class DrainMeters implements MeterBinder {

	private final ServerDrain drain;

	/**
	 * Create the meters.
	 * @param drain whose
	 */
	public DrainMeters(ServerDrain drain) {
		this.drain = drain;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		gauge(registry, DrainMeter.RUNNING, ServerDrain::running);
		gauge(registry, DrainMeter.RUNNING_AT_START, (drain) -> drain.totals().start());
		gauge(registry, DrainMeter.RUNNING_AT_GOAWAY, (drain) -> drain.totals().goAway());
		gauge(registry, DrainMeter.RUNNING_AT_END, (drain) -> drain.totals().end());
		FunctionCounter.builder(DrainMeter.CUT.meterName(), this.drain, (drain) -> drain.totals().cut())
			.description(DrainMeter.CUT.description())
			.register(registry);
		FunctionTimer
			.builder(DrainMeter.DURATION.meterName(), this.drain, (drain) -> drain.totals().drained(),
					(drain) -> drain.totals().nanos(), TimeUnit.NANOSECONDS)
			.description(DrainMeter.DURATION.description())
			.register(registry);
	}

	private void gauge(MeterRegistry registry, DrainMeter meter, ToDoubleFunction<ServerDrain> value) {
		Gauge.builder(meter.meterName(), this.drain, value).description(meter.description()).register(registry);
	}

}
