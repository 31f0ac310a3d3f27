package io.github.grpck8s.observability;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.github.grpck8s.InfrastructureCalls;
import io.github.grpck8s.ServerFeature;
import io.github.grpck8s.ServerLifecycleListener;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

/**
 * Counts and measures the calls of a server, named by gRFC A66, from the moment the
 * transport sees them.
 */
public final class ServerMeters extends ServerStreamTracer.Factory implements ServerFeature, ServerLifecycleListener {

	private static final ServerStreamTracer UNSEEN = new ServerStreamTracer() {
	};

	private final Lazily<BoundedByMethod<MethodMeters>> meters;

	private final BooleanSupplier measuredElsewhere;

	private final LongSupplier ticker;

	private final boolean infrastructure;

	private final boolean exemplars;

	/**
	 * Create the feature.
	 * @param registry asked at the first call; {@code null} for no meters
	 * @param measuredElsewhere whether something else keeps meters of these names, asked
	 * when a server is built
	 * @param ticker the time in nanoseconds, from any origin
	 * @param infrastructure whether probes, reflection and channelz are measured too
	 * @param exemplars whether durations point to the spans of their calls
	 */
	public ServerMeters(Supplier<@Nullable MeterRegistry> registry, BooleanSupplier measuredElsewhere,
			LongSupplier ticker, boolean infrastructure, boolean exemplars) {
		this.meters = new Lazily<>("meters", () -> {
			MeterRegistry found = registry.get();
			return (found != null) ? new BoundedByMethod<>((method) -> new MethodMeters(found,
					MethodMeters.Kind.SERVER_CALL, Tags.of(CallMeter.METHOD, method))) : null;
		});
		this.measuredElsewhere = measuredElsewhere;
		this.ticker = ticker;
		this.infrastructure = infrastructure;
		this.exemplars = exemplars;
	}

	@Override
	public void applyTo(ServerBuilder<?> server) {
		if (!this.measuredElsewhere.getAsBoolean()) {
			server.addStreamTracerFactory(this);
		}
	}

	/**
	 * Let every method of the server be seen with 0 calls: a pod that gets none is to be
	 * told from one that is not measured.
	 */
	@Override
	public void started(Server server) {
		if (this.measuredElsewhere.getAsBoolean()) {
			return;
		}
		BoundedByMethod<MethodMeters> meters = this.meters.get();
		if (meters != null) {
			for (ServerServiceDefinition service : server.getServices()) {
				for (MethodDescriptor<?, ?> method : service.getServiceDescriptor().getMethods()) {
					if (this.infrastructure || !InfrastructureCalls.contains(method)) {
						meters.of(method.getFullMethodName());
					}
				}
			}
		}
	}

	@Override
	public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
		// the name of a method begins with that of its service
		if (!this.infrastructure && InfrastructureCalls.containsService(fullMethodName)) {
			return UNSEEN;
		}
		BoundedByMethod<MethodMeters> meters = this.meters.get();
		if (meters == null) {
			return UNSEEN;
		}
		return (this.exemplars && SampledSpan.isPossible(headers)) ? new SpannedTracer(meters, this.ticker)
				: new CallTracer(meters, this.ticker);
	}

	/** Called by the transport and by the application's threads. */
	private static class CallTracer extends ServerStreamTracer {

		private static final AtomicLongFieldUpdater<CallTracer> SENT = AtomicLongFieldUpdater
			.newUpdater(CallTracer.class, "sent");

		private static final AtomicLongFieldUpdater<CallTracer> RECEIVED = AtomicLongFieldUpdater
			.newUpdater(CallTracer.class, "received");

		private static final AtomicIntegerFieldUpdater<CallTracer> CLOSED = AtomicIntegerFieldUpdater
			.newUpdater(CallTracer.class, "closed");

		private final BoundedByMethod<MethodMeters> meters;

		private final LongSupplier ticker;

		private final long startedAt;

		/** Unknown until a registered method is found: unknown methods never get one. */
		private volatile @Nullable MethodMeters method;

		private volatile long sent;

		private volatile long received;

		private volatile int closed;

		CallTracer(BoundedByMethod<MethodMeters> meters, LongSupplier ticker) {
			this.meters = meters;
			this.ticker = ticker;
			this.startedAt = ticker.getAsLong();
		}

		@Override
		public void serverCallStarted(ServerCallInfo<?, ?> call) {
			MethodMeters method = this.meters.of(call.getMethodDescriptor().getFullMethodName());
			this.method = method;
			method.started();
		}

		@Override
		public void outboundWireSize(long bytes) {
			SENT.getAndAdd(this, bytes);
		}

		@Override
		public void inboundWireSize(long bytes) {
			RECEIVED.getAndAdd(this, bytes);
		}

		@Override
		public void streamClosed(Status status) {
			if (!CLOSED.compareAndSet(this, 0, 1)) {
				return;
			}
			MethodMeters method = this.method;
			if (method == null) {
				method = this.meters.other();
				method.started();
			}
			method.ended(status.getCode(), this.ticker.getAsLong() - this.startedAt, this.sent, this.received, span());
		}

		@Nullable SampledSpan span() {
			return null;
		}

	}

	/** Of a call whose span may be recorded: that is known only after this was made. */
	private static final class SpannedTracer extends CallTracer {

		private final SampledSpan.Holder holder = new SampledSpan.Holder();

		SpannedTracer(BoundedByMethod<MethodMeters> meters, LongSupplier ticker) {
			super(meters, ticker);
		}

		@Override
		public Context filterContext(Context context) {
			return this.holder.addTo(context);
		}

		@Override
		@Nullable SampledSpan span() {
			return this.holder.get();
		}

	}

}
