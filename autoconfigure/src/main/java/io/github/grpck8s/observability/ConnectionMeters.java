package io.github.grpck8s.observability;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelSpec;
import io.grpc.InternalManagedChannelBuilder;
import io.grpc.LongCounterMetricInstrument;
import io.grpc.LongUpDownCounterMetricInstrument;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MetricInstrument;
import io.grpc.MetricSink;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * What grpc-java itself counts of the connections of a channel, named by gRFC A94. A call
 * costs nothing.
 *
 * @see <a href=
 * "https://github.com/grpc/proposal/blob/master/A94-subchannel-otel-metrics.md">A94</a>
 */
public final class ConnectionMeters implements ChannelFeature {

	/** By name, as grpc-java asks. */
	private static final Map<String, CallMeter> COUNTED = Map.of(CallMeter.CONNECTIONS_MADE.meterName(),
			CallMeter.CONNECTIONS_MADE, CallMeter.CONNECTIONS_FAILED.meterName(), CallMeter.CONNECTIONS_FAILED,
			CallMeter.CONNECTIONS_LOST.meterName(), CallMeter.CONNECTIONS_LOST, CallMeter.CONNECTIONS_OPEN.meterName(),
			CallMeter.CONNECTIONS_OPEN);

	private final Lazily<MeterRegistry> registry;

	/**
	 * Create the feature.
	 * @param registry asked at the first connection; {@code null} for no meters
	 */
	public ConnectionMeters(Supplier<@Nullable MeterRegistry> registry) {
		this.registry = new Lazily<>("meters of connections", registry);
	}

	@Override
	public void applyTo(ChannelSpec channel, ManagedChannelBuilder<?> builder) {
		try {
			InternalManagedChannelBuilder.addMetricSink(builder, new Sink(ClientMeters.canonical(channel.target())));
		}
		catch (UnsupportedOperationException ignored) {
			// a builder of the application's own that hands nothing on: no meters of
			// connections
		}
	}

	private final class Sink implements MetricSink {

		private final String target;

		private final AtomicLong open = new AtomicLong();

		private final Map<List<String>, Counter> counters = new ConcurrentHashMap<>();

		private volatile boolean shown;

		Sink(String target) {
			this.target = target;
		}

		@Override
		public Map<String, Boolean> getEnabledMetrics() {
			return Map.of(CallMeter.CONNECTIONS_MADE.meterName(), true, CallMeter.CONNECTIONS_FAILED.meterName(), true,
					CallMeter.CONNECTIONS_LOST.meterName(), true, CallMeter.CONNECTIONS_OPEN.meterName(), true);
		}

		/** For sinks that keep a list by index: this one goes by name. */
		@Override
		public int getMeasuresSize() {
			return Integer.MAX_VALUE;
		}

		@Override
		public Set<String> getOptionalLabels() {
			return Set.of(CallMeter.DISCONNECT_ERROR);
		}

		@Override
		public void updateMeasures(List<MetricInstrument> instruments) {
		}

		@Override
		public void addLongCounter(LongCounterMetricInstrument instrument, long value, List<String> required,
				List<String> optional) {
			CallMeter meter = COUNTED.get(instrument.getName());
			MeterRegistry registry = ConnectionMeters.this.registry.get();
			if (meter != null && registry != null) {
				int reason = instrument.getOptionalLabelKeys().indexOf(CallMeter.DISCONNECT_ERROR);
				String error = (reason >= 0 && reason < optional.size()) ? optional.get(reason) : "";
				this.counters
					.computeIfAbsent(List.of(meter.meterName(), error), (unknown) -> counter(registry, meter, error))
					.increment(value);
			}
		}

		private Counter counter(MeterRegistry registry, CallMeter meter, String error) {
			Counter.Builder counter = Counter.builder(meter.meterName())
				.description(meter.description())
				.tag(CallMeter.TARGET, this.target);
			return (meter.labels().contains(CallMeter.DISCONNECT_ERROR) ? counter.tag(CallMeter.DISCONNECT_ERROR, error)
					: counter)
				.register(registry);
		}

		@Override
		public void addLongUpDownCounter(LongUpDownCounterMetricInstrument instrument, long value,
				List<String> required, List<String> optional) {
			if (!CallMeter.CONNECTIONS_OPEN.meterName().equals(instrument.getName())) {
				return;
			}
			this.open.addAndGet(value);
			MeterRegistry registry = ConnectionMeters.this.registry.get();
			if (registry != null && !this.shown) {
				this.shown = true;
				Gauge.builder(CallMeter.CONNECTIONS_OPEN.meterName(), this.open, AtomicLong::get)
					.description(CallMeter.CONNECTIONS_OPEN.description())
					.tag(CallMeter.TARGET, this.target)
					.strongReference(true)
					.register(registry);
			}
		}

	}

}
