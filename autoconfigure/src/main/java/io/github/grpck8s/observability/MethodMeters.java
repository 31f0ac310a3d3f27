package io.github.grpck8s.observability;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one method, made once for each status: a call builds no tags and looks
 * nothing up in the registry. Safe for use by many threads.
 */
final class MethodMeters {

	/** Micrometer has no bucket for 0. 0.8 s is the limit of the P99. */
	private static final Duration[] DURATIONS = { Duration.ofNanos(10_000), Duration.ofNanos(50_000),
			Duration.ofNanos(100_000), Duration.ofNanos(300_000), Duration.ofNanos(600_000), Duration.ofNanos(800_000),
			Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(3), Duration.ofMillis(4),
			Duration.ofMillis(5), Duration.ofMillis(6), Duration.ofMillis(8), Duration.ofMillis(10),
			Duration.ofMillis(13), Duration.ofMillis(16), Duration.ofMillis(20), Duration.ofMillis(25),
			Duration.ofMillis(30), Duration.ofMillis(40), Duration.ofMillis(50), Duration.ofMillis(65),
			Duration.ofMillis(80), Duration.ofMillis(100), Duration.ofMillis(130), Duration.ofMillis(160),
			Duration.ofMillis(200), Duration.ofMillis(250), Duration.ofMillis(300), Duration.ofMillis(400),
			Duration.ofMillis(500), Duration.ofMillis(650), Duration.ofMillis(800), Duration.ofSeconds(1),
			Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(20),
			Duration.ofSeconds(50), Duration.ofSeconds(100) };

	private static final double[] SIZES = { 1024, 2048, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216,
			67108864, 268435456, 1073741824, 4294967296.0 };

	private final MeterRegistry registry;

	private final Kind kind;

	private final Tags tags;

	private final @Nullable Counter started;

	private final AtomicReferenceArray<@Nullable Outcome> outcomes = new AtomicReferenceArray<>(
			Status.Code.values().length);

	MethodMeters(MeterRegistry registry, Kind kind, Tags tags) {
		this.registry = registry;
		this.kind = kind;
		this.tags = tags;
		this.started = (kind.started() != null) ? Counter.builder(kind.started().meterName())
			.description(kind.started().description())
			.tags(tags)
			.register(registry) : null;
	}

	void started() {
		if (this.started != null) {
			this.started.increment();
		}
	}

	void ended(Status.Code code, long nanos, long sent, long received, @Nullable SampledSpan span) {
		Outcome outcome = outcome(code);
		if (span != null) {
			span.whileCurrent(() -> outcome.duration().record(nanos, TimeUnit.NANOSECONDS));
		}
		else {
			outcome.duration().record(nanos, TimeUnit.NANOSECONDS);
		}
		if (outcome.sent() != null) {
			outcome.sent().record(sent);
		}
		if (outcome.received() != null) {
			outcome.received().record(received);
		}
	}

	private Outcome outcome(Status.Code code) {
		Outcome outcome = this.outcomes.get(code.value());
		if (outcome == null) {
			Tags tags = this.tags.and(CallMeter.STATUS, code.name());
			Timer duration = Timer.builder(this.kind.duration().meterName())
				.description(this.kind.duration().description())
				.tags(tags)
				.serviceLevelObjectives(DURATIONS)
				.register(this.registry);
			// the registry answers two threads with the same meters
			outcome = new Outcome(duration, size(this.kind.sent(), tags), size(this.kind.received(), tags));
			this.outcomes.set(code.value(), outcome);
		}
		return outcome;
	}

	private @Nullable DistributionSummary size(@Nullable CallMeter meter, Tags tags) {
		return (meter != null) ? DistributionSummary.builder(meter.meterName())
			.description(meter.description())
			.baseUnit("bytes")
			.tags(tags)
			.serviceLevelObjectives(SIZES)
			.register(this.registry) : null;
	}

	/** What is counted and measured together. */
	record Kind(@Nullable CallMeter started, CallMeter duration, @Nullable CallMeter sent,
			@Nullable CallMeter received) {

		static final Kind SERVER_CALL = new Kind(CallMeter.SERVER_STARTED, CallMeter.SERVER_DURATION,
				CallMeter.SERVER_SENT, CallMeter.SERVER_RECEIVED);

		static final Kind CLIENT_CALL = new Kind(null, CallMeter.CLIENT_DURATION, null, null);

		static final Kind CLIENT_ATTEMPT = new Kind(CallMeter.ATTEMPT_STARTED, CallMeter.ATTEMPT_DURATION,
				CallMeter.ATTEMPT_SENT, CallMeter.ATTEMPT_RECEIVED);

	}

	private record Outcome(Timer duration, @Nullable DistributionSummary sent, @Nullable DistributionSummary received) {
	}

}
