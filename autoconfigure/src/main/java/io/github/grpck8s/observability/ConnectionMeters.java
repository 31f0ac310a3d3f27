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
 * What is counted of the connections of a channel and not of its calls: by grpc-java
 * itself, named by gRFC A94, and by our policy. A call costs nothing.
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

	/** Instruments that our rooms have registered with gRPC. */
	private static final String OURS = "grpc.k8s.";

	private final Lazily<MeterRegistry> registry;

	/** By meter and target: two channels to one target add up. */
	private final Map<List<String>, Level> levels = new ConcurrentHashMap<>();

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

		private final Map<List<String>, Counter> counters = new ConcurrentHashMap<>();

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
			MeterRegistry registry = ConnectionMeters.this.registry.get();
			if (isShown(instrument) && registry != null) {
				int reason = instrument.getOptionalLabelKeys().indexOf(CallMeter.DISCONNECT_ERROR);
				String error = (reason >= 0 && reason < optional.size()) ? optional.get(reason) : "";
				this.counters
					.computeIfAbsent(List.of(instrument.getName(), error),
							(unknown) -> counter(registry, instrument, error))
					.increment(value);
			}
		}

		private Counter counter(MeterRegistry registry, MetricInstrument instrument, String error) {
			CallMeter meter = COUNTED.get(instrument.getName());
			Counter.Builder counter = Counter.builder(instrument.getName())
				.description(description(instrument))
				.tag(CallMeter.TARGET, this.target);
			boolean hasError = meter != null && meter.labels().contains(CallMeter.DISCONNECT_ERROR);
			return (hasError ? counter.tag(CallMeter.DISCONNECT_ERROR, error) : counter).register(registry);
		}

		@Override
		public void addLongUpDownCounter(LongUpDownCounterMetricInstrument instrument, long value,
				List<String> required, List<String> optional) {
			if (isShown(instrument)) {
				ConnectionMeters.this.levels
					.computeIfAbsent(List.of(instrument.getName(), this.target), (unknown) -> new Level())
					.add(value, instrument, this.target, ConnectionMeters.this.registry.get());
			}
		}

	}

	/**
	 * How many there are. Counts from the first on, be there a registry by then or not.
	 */
	private static final class Level {

		private final AtomicLong now = new AtomicLong();

		private volatile boolean bound;

		void add(long change, MetricInstrument instrument, String target, @Nullable MeterRegistry registry) {
			this.now.addAndGet(change);
			if (registry != null && !this.bound) {
				this.bound = true;
				Gauge.builder(instrument.getName(), this.now, AtomicLong::get)
					.description(description(instrument))
					.tag(CallMeter.TARGET, target)
					.strongReference(true)
					.register(registry);
			}
		}

	}

	/**
	 * Whether it is one of ours, or one of gRPC's that we name.
	 */
	private static boolean isShown(MetricInstrument instrument) {
		return COUNTED.containsKey(instrument.getName()) || instrument.getName().startsWith(OURS);
	}

	private static String description(MetricInstrument instrument) {
		CallMeter meter = COUNTED.get(instrument.getName());
		return (meter != null) ? meter.description() : instrument.getDescription();
	}

}
