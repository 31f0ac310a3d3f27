package io.github.grpck8s.observability;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

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
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Client spans: one for each call, whatever number of attempts it takes, as a child of
 * the span that is current where the call is made. The context of the caller is current
 * in the call's callbacks too, so that a call made there becomes a sibling.
 */
public final class ClientTracing implements ChannelFeature, ClientInterceptor {

	private final Lazily<Tracing> tracing;

	private final BooleanSupplier tracedElsewhere;

	private final boolean infrastructure;

	/**
	 * Create the feature.
	 * @param openTelemetry asked at the first call; {@code null} for no spans
	 * @param tracedElsewhere whether something else makes the spans of clients, asked
	 * when a channel is built
	 * @param infrastructure whether probes, reflection and channelz leave spans too
	 */
	public ClientTracing(Supplier<@Nullable OpenTelemetry> openTelemetry, BooleanSupplier tracedElsewhere,
			boolean infrastructure) {
		this.tracing = Tracing.lazily(openTelemetry);
		this.tracedElsewhere = tracedElsewhere;
		this.infrastructure = infrastructure;
	}

	@Override
	public void applyTo(ChannelSpec channel, ManagedChannelBuilder<?> builder) {
		if (!this.tracedElsewhere.getAsBoolean()) {
			builder.intercept(this);
		}
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions options, Channel next) {
		Tracing tracing = (this.infrastructure || !InfrastructureCalls.contains(method)) ? this.tracing.get() : null;
		if (tracing == null) {
			return next.newCall(method, options);
		}
		Context parent = Context.current();
		Span span = tracing.start(method, SpanKind.CLIENT, parent);
		CallOptions observed = span.isRecording() ? options.withStreamTracerFactory(new AttemptEvents(span)) : options;
		return new TracedCall<>(next.newCall(method, observed), tracing, parent, span);
	}

	private static final class TracedCall<ReqT, RespT>
			extends ForwardingClientCall.SimpleForwardingClientCall<ReqT, RespT> {

		private final Tracing tracing;

		private final Context parent;

		private final Span span;

		TracedCall(ClientCall<ReqT, RespT> call, Tracing tracing, Context parent, Span span) {
			super(call);
			this.tracing = tracing;
			this.parent = parent;
			this.span = span;
		}

		@Override
		@SuppressWarnings("try") // a scope is used by being open
		public void start(Listener<RespT> listener, Metadata headers) {
			this.tracing.propagation().inject(this.parent, this.span, headers);
			if (!this.span.isRecording()) {
				super.start(around(listener), headers);
				return;
			}
			try (Scope scope = this.parent.with(this.span).makeCurrent()) {
				super.start(new TracedListener<>(listener, this.parent, this), headers);
			}
			catch (RuntimeException | Error ex) {
				ended(Status.UNKNOWN.withCause(ex));
				throw ex;
			}
		}

		/** Nothing is to be done where there is neither a span nor a context. */
		private Listener<RespT> around(Listener<RespT> listener) {
			return (this.parent != Context.root()) ? new TracedListener<>(listener, this.parent, this) : listener;
		}

		void ended(Status status) {
			if (this.span.isRecording()) {
				Tracing.describePeer(this.span, getAttributes());
				Tracing.end(this.span, status, !status.isOk());
			}
		}

	}

	@SuppressWarnings("try") // a scope is used by being open
	private static final class TracedListener<RespT>
			extends ForwardingClientCallListener.SimpleForwardingClientCallListener<RespT> {

		private final Context context;

		private final TracedCall<?, RespT> call;

		TracedListener(ClientCall.Listener<RespT> delegate, Context context, TracedCall<?, RespT> call) {
			super(delegate);
			this.context = context;
			this.call = call;
		}

		@Override
		public void onHeaders(Metadata headers) {
			try (Scope scope = this.context.makeCurrent()) {
				super.onHeaders(headers);
			}
		}

		@Override
		public void onMessage(RespT message) {
			try (Scope scope = this.context.makeCurrent()) {
				super.onMessage(message);
			}
		}

		@Override
		public void onReady() {
			try (Scope scope = this.context.makeCurrent()) {
				super.onReady();
			}
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			this.call.ended(status);
			try (Scope scope = this.context.makeCurrent()) {
				super.onClose(status, trailers);
			}
		}

	}

}
