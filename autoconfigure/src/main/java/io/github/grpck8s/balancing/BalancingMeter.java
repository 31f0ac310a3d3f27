package io.github.grpck8s.balancing;

import java.util.List;

import io.grpc.LoadBalancer.Helper;
import io.grpc.LongCounterMetricInstrument;
import io.grpc.LongUpDownCounterMetricInstrument;
import io.grpc.MetricInstrumentRegistry;
import io.grpc.MetricRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Every meter of this room. They are instruments of gRPC itself, as those of its own
 * policies, so that whatever listens to a channel's instruments is told: the room
 * observability for Micrometer, gRPC's own module for OpenTelemetry.
 *
 * @see <a href=
 * "https://github.com/grpc/proposal/blob/master/A79-non-per-call-metrics-architecture.md">A79</a>
 */
enum BalancingMeter {

	/** Goes up and down. */
	PODS_READY("grpc.k8s.balancing.pods.ready", "{pod}", "Pods that are connected, so that calls can go to them", true),

	/** Goes up and down. */
	PODS_FAILED("grpc.k8s.balancing.pods.failed", "{pod}", "Pods that could not be reached when last tried", true),

	/** Goes up and down. */
	EXTRA_CONNECTIONS("grpc.k8s.balancing.connections.extra", "{connection}",
			"Connections beyond the first to a pod, for which more calls are open than one should carry", true),

	/** Only ever grows. */
	EMPTIED("grpc.k8s.balancing.emptied", "{time}",
			"Times that calls began to fail at once because there was no pod any more, or none yet", false),

	/** Only ever grows. */
	WARM_UP_TIMEOUTS("grpc.k8s.balancing.warm-up.timeouts", "{time}",
			"Times that the first calls went out before the wanted share of the pods was connected", false);

	private static final String TARGET = "grpc.target";

	private final String meterName;

	private final String description;

	private final @Nullable LongUpDownCounterMetricInstrument upAndDown;

	private final @Nullable LongCounterMetricInstrument counter;

	BalancingMeter(String meterName, String unit, String description, boolean upAndDown) {
		this.meterName = meterName;
		this.description = description;
		this.upAndDown = upAndDown ? upAndDown(meterName, description, unit) : null;
		this.counter = upAndDown ? null : counter(meterName, description, unit);
	}

	private static @Nullable LongUpDownCounterMetricInstrument upAndDown(String name, String description, String unit) {
		try {
			return MetricInstrumentRegistry.getDefaultRegistry()
				.registerLongUpDownCounter(name, description, unit, List.of(TARGET), List.of(), true);
		}
		catch (IllegalStateException ignored) {
			// another class loader has this room too: its channels have the meters
			return null;
		}
	}

	private static @Nullable LongCounterMetricInstrument counter(String name, String description, String unit) {
		try {
			return MetricInstrumentRegistry.getDefaultRegistry()
				.registerLongCounter(name, description, unit, List.of(TARGET), List.of(), true);
		}
		catch (IllegalStateException ignored) {
			return null;
		}
	}

	String meterName() {
		return this.meterName;
	}

	String description() {
		return this.description;
	}

	List<String> labels() {
		return List.of(TARGET);
	}

	/**
	 * Count.
	 * @param helper of which channel
	 * @param change how many more, negative for fewer where the meter goes down too
	 */
	void add(Helper helper, long change) {
		MetricRecorder recorder = helper.getMetricRecorder();
		if (this.upAndDown != null) {
			recorder.addLongUpDownCounter(this.upAndDown, change, target(helper), List.of());
		}
		else if (this.counter != null) {
			recorder.addLongCounter(this.counter, change, target(helper), List.of());
		}
	}

	private static List<String> target(Helper helper) {
		try {
			return List.of(helper.getChannelTarget());
		}
		catch (UnsupportedOperationException ignored) {
			// a helper that was written before there was a target
			return List.of("");
		}
	}

}
