package io.github.grpck8s.observability;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.github.grpck8s.InfrastructureCalls;
import io.github.grpck8s.ServerFeature;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Server spans: each call continues the trace that its headers tell of, and its span is
 * the current one wherever the call's handler is called.
 */
public final class ServerTracing implements ServerFeature, ServerInterceptor {

	private final Lazily<Tracing> tracing;

	private final BooleanSupplier tracedElsewhere;

	private final boolean infrastructure;

	/**
	 * Create the feature.
	 * @param openTelemetry asked at the first call; {@code null} for no spans
	 * @param tracedElsewhere whether something else makes the spans of servers, asked
	 * when a server is built
	 * @param infrastructure whether probes, reflection and channelz leave spans too
	 */
	public ServerTracing(Supplier<@Nullable OpenTelemetry> openTelemetry, BooleanSupplier tracedElsewhere,
			boolean infrastructure) {
		this.tracing = Tracing.lazily(openTelemetry);
		this.tracedElsewhere = tracedElsewhere;
		this.infrastructure = infrastructure;
	}

	@Override
	public void applyTo(ServerBuilder<?> server) {
		if (!this.tracedElsewhere.getAsBoolean()) {
			server.intercept(this);
		}
	}

	@Override
	@SuppressWarnings("try") // a scope is used by being open
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		Tracing tracing = (this.infrastructure || !InfrastructureCalls.contains(call.getMethodDescriptor()))
				? this.tracing.get() : null;
		if (tracing == null) {
			return next.startCall(call, headers);
		}
		Context parent = tracing.propagation().extract(headers);
		Span span = tracing.start(call.getMethodDescriptor(), SpanKind.SERVER, parent);
		Context context = (span != Span.fromContext(parent)) ? parent.with(span) : parent;
		RecordedCall<ReqT, RespT> recorded = span.isRecording() ? new RecordedCall<>(call, span) : null;
		try (Scope scope = context.makeCurrent()) {
			ServerCall.Listener<ReqT> listener = next.startCall((recorded != null) ? recorded : call, headers);
			return new TracedListener<>(listener, context, recorded);
		}
		catch (RuntimeException | Error ex) {
			if (recorded != null) {
				recorded.failed(ex);
				recorded.ended(false);
			}
			throw ex;
		}
	}

	/** Knows what a call ended with. */
	private static final class RecordedCall<ReqT, RespT>
			extends ForwardingServerCall.SimpleForwardingServerCall<ReqT, RespT> {

		private final Span span;

		/** Handlers may close a call on a thread of their own. */
		private volatile @Nullable Status status;

		RecordedCall(ServerCall<ReqT, RespT> call, Span span) {
			super(call);
			this.span = span;
			SampledSpan.Holder.tell(span.getSpanContext());
			Tracing.describePeer(span, call.getAttributes());
		}

		@Override
		public void close(Status status, Metadata trailers) {
			this.status = status;
			super.close(status, trailers);
		}

		void failed(Throwable failure) {
			if (this.status == null) {
				this.status = Status.UNKNOWN.withDescription(failure.toString()).withCause(failure);
			}
		}

		void ended(boolean cancelled) {
			Status status = this.status;
			if (status == null || (cancelled && status.isOk())) {
				status = Status.CANCELLED;
			}
			Tracing.end(this.span, status, Tracing.isServerError(status));
		}

	}

	private static final class TracedListener<ReqT> extends EnclosedListener<ReqT, Scope> {

		private final Context context;

		private final @Nullable RecordedCall<ReqT, ?> recorded;

		TracedListener(ServerCall.Listener<ReqT> delegate, Context context, @Nullable RecordedCall<ReqT, ?> recorded) {
			super(delegate);
			this.context = context;
			this.recorded = recorded;
		}

		@Override
		Scope enter() {
			return this.context.makeCurrent();
		}

		@Override
		void leave(Scope scope) {
			scope.close();
		}

		@Override
		void failed(Throwable failure) {
			if (this.recorded != null) {
				this.recorded.failed(failure);
			}
		}

		@Override
		void ended(boolean cancelled) {
			if (this.recorded != null) {
				this.recorded.ended(cancelled);
			}
		}

	}

}
