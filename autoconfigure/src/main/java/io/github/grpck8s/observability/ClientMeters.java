package io.github.grpck8s.observability;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.InfrastructureCalls;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * Counts and measures the calls of a client and their attempts, named by gRFC A66. A call
 * is measured around everything, an attempt by the tracer of its stream, because retries
 * happen below all interceptors.
 */
public final class ClientMeters implements ChannelFeature {

	/** As a URI has it, but not the host before a port. */
	private static final Pattern SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*:(?![0-9]+$).+");

	private final Supplier<@Nullable MeterRegistry> registry;

	private final BooleanSupplier measuredElsewhere;

	private final LongSupplier ticker;

	private final boolean infrastructure;

	private final boolean exemplars;

	/**
	 * Create the feature.
	 * @param registry asked at the first call; {@code null} for no meters
	 * @param measuredElsewhere whether something else keeps meters of these names, asked
	 * when a channel is built
	 * @param ticker the time in nanoseconds, from any origin
	 * @param infrastructure whether probes, reflection and channelz are measured too
	 * @param exemplars whether durations point to the spans of their calls; needs
	 * OpenTelemetry's API
	 */
	public ClientMeters(Supplier<@Nullable MeterRegistry> registry, BooleanSupplier measuredElsewhere,
			LongSupplier ticker, boolean infrastructure, boolean exemplars) {
		this.registry = registry;
		this.measuredElsewhere = measuredElsewhere;
		this.ticker = ticker;
		this.infrastructure = infrastructure;
		this.exemplars = exemplars;
	}

	@Override
	public void applyTo(ChannelSpec channel, ManagedChannelBuilder<?> builder) {
		if (!this.measuredElsewhere.getAsBoolean()) {
			builder.intercept(new Interceptor(canonical(channel.target())));
		}
	}

	/** gRPC's own reading of a target without a scheme. */
	static String canonical(String target) {
		return SCHEME.matcher(target).matches() ? target : "dns:///" + target;
	}

	/** The meters of a method on one channel. */
	private record Meters(MethodMeters calls, AttemptTracers attempts) {
	}

	private final class Interceptor implements ClientInterceptor {

		private final Lazily<BoundedByMethod<Meters>> meters;

		Interceptor(String target) {
			this.meters = new Lazily<>("meters", () -> {
				MeterRegistry found = ClientMeters.this.registry.get();
				return (found != null) ? bounded(found, target) : null;
			});
		}

		private BoundedByMethod<Meters> bounded(MeterRegistry registry, String target) {
			LongSupplier ticker = ClientMeters.this.ticker;
			Peers peers = new Peers(registry, target, ticker);
			Timer wait = Timer.builder(CallMeter.ATTEMPT_WAIT.meterName())
				.description(CallMeter.ATTEMPT_WAIT.description())
				.tag(CallMeter.TARGET, target)
				.register(registry);
			return new BoundedByMethod<>((method) -> {
				Tags tags = Tags.of(CallMeter.METHOD, method, CallMeter.TARGET, target);
				MethodMeters attempts = new MethodMeters(registry, MethodMeters.Kind.CLIENT_ATTEMPT, tags);
				return new Meters(new MethodMeters(registry, MethodMeters.Kind.CLIENT_CALL, tags),
						new AttemptTracers(attempts, ticker, peers, wait));
			});
		}

		@Override
		public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
				CallOptions options, Channel next) {
			BoundedByMethod<Meters> meters = (ClientMeters.this.infrastructure || !InfrastructureCalls.contains(method))
					? this.meters.get() : null;
			if (meters == null) {
				return next.newCall(method, options);
			}
			// A66: only generated methods are known to be few; their stubs set this mark
			Meters mine = method.isSampledToLocalTracing() ? meters.of(method.getFullMethodName()) : meters.other();
			return new MeasuredCall<>(next.newCall(method, options.withStreamTracerFactory(mine.attempts())),
					mine.calls(), ClientMeters.this.ticker, ClientMeters.this.exemplars);
		}

	}

	private static final class MeasuredCall<ReqT, RespT>
			extends ForwardingClientCall.SimpleForwardingClientCall<ReqT, RespT> {

		private final MethodMeters meters;

		private final LongSupplier ticker;

		private final boolean exemplars;

		MeasuredCall(ClientCall<ReqT, RespT> call, MethodMeters meters, LongSupplier ticker, boolean exemplars) {
			super(call);
			this.meters = meters;
			this.ticker = ticker;
			this.exemplars = exemplars;
		}

		@Override
		public void start(Listener<RespT> listener, Metadata headers) {
			long startedAt = this.ticker.getAsLong();
			// that of this very call, which is current only here
			SampledSpan span = this.exemplars ? SampledSpan.current() : null;
			super.start(new ForwardingClientCallListener.SimpleForwardingClientCallListener<>(listener) {

				@Override
				public void onClose(Status status, Metadata trailers) {
					MeasuredCall.this.meters.ended(status.getCode(), MeasuredCall.this.ticker.getAsLong() - startedAt,
							0, 0, span);
					super.onClose(status, trailers);
				}

			}, headers);
		}

	}

}
