package io.github.grpck8s.observability;

import java.util.List;

import io.github.grpck8s.InfrastructureCalls;
import io.github.grpck8s.ServerFeature;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Says in the log which call a line belongs to: {@code grpc.method}, {@code grpc.status}
 * as soon as it is known, and, unless something else does, the ids of the current span
 * are in the MDC while a handler is called, and the MDC is put back as it was afterwards.
 */
public final class LogContext implements ServerFeature, ServerInterceptor {

	static final String METHOD = "grpc.method";

	static final String STATUS = "grpc.status";

	static final String TRACE_ID = "trace_id";

	static final String SPAN_ID = "span_id";

	static final List<String> KEYS = List.of(METHOD, STATUS, TRACE_ID, SPAN_ID);

	private final @Nullable SpanIds spanIds;

	private LogContext(@Nullable SpanIds spanIds) {
		this.spanIds = spanIds;
	}

	/**
	 * The log context of an application whose log has the ids of spans already, or no
	 * spans.
	 * @return the feature
	 */
	public static LogContext withoutSpanIds() {
		return new LogContext(null);
	}

	/**
	 * The log context with the ids of the span that is current when the call starts.
	 * @return the feature; needs OpenTelemetry's API
	 */
	public static LogContext withSpanIds() {
		return new LogContext(new OpenTelemetrySpanIds());
	}

	@Override
	public void applyTo(ServerBuilder<?> server) {
		server.intercept(this);
	}

	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		if (InfrastructureCalls.contains(call.getMethodDescriptor())) {
			return next.startCall(call, headers);
		}
		LoggedCall<ReqT, RespT> logged = new LoggedCall<>(call, (this.spanIds != null) ? this.spanIds.traceId() : null,
				(this.spanIds != null) ? this.spanIds.spanId() : null);
		Former former = logged.enter();
		try {
			return new LoggedListener<>(next.startCall(logged, headers), logged);
		}
		finally {
			logged.leave(former);
		}
	}

	/** Where the ids of the current span come from. */
	interface SpanIds {

		/** The id of the trace, {@code null} when there is none. */
		@Nullable String traceId();

		/** The id of the span, {@code null} when there is none. */
		@Nullable String spanId();

	}

	/** What stood in the MDC before. */
	private record Former(@Nullable String method, @Nullable String status, @Nullable String traceId,
			@Nullable String spanId) {

		static final Former NOTHING = new Former(null, null, null, null);

		static Former ofCurrent() {
			String method = MDC.get(METHOD);
			String status = MDC.get(STATUS);
			String traceId = MDC.get(TRACE_ID);
			String spanId = MDC.get(SPAN_ID);
			return (method == null && status == null && traceId == null && spanId == null) ? NOTHING
					: new Former(method, status, traceId, spanId);
		}

	}

	private static final class LoggedCall<ReqT, RespT>
			extends ForwardingServerCall.SimpleForwardingServerCall<ReqT, RespT> {

		private final @Nullable String traceId;

		private final @Nullable String spanId;

		/** Handlers may close a call on a thread of their own. */
		private volatile @Nullable String status;

		/**
		 * The thread that is in a callback: what it logs after the close has a status.
		 */
		private volatile @Nullable Thread inCallback;

		LoggedCall(ServerCall<ReqT, RespT> call, @Nullable String traceId, @Nullable String spanId) {
			super(call);
			this.traceId = traceId;
			this.spanId = spanId;
		}

		@Override
		public void close(Status status, Metadata trailers) {
			this.status = status.getCode().name();
			if (this.inCallback == Thread.currentThread()) {
				set(STATUS, this.status);
			}
			super.close(status, trailers);
		}

		Former enter() {
			Former former = Former.ofCurrent();
			this.inCallback = Thread.currentThread();
			set(METHOD, getMethodDescriptor().getFullMethodName());
			set(STATUS, this.status);
			if (this.traceId != null) {
				set(TRACE_ID, this.traceId);
				set(SPAN_ID, this.spanId);
			}
			return former;
		}

		void leave(Former former) {
			this.inCallback = null;
			set(METHOD, former.method());
			set(STATUS, former.status());
			if (this.traceId != null) {
				set(TRACE_ID, former.traceId());
				set(SPAN_ID, former.spanId());
			}
		}

		private static void set(String key, @Nullable String value) {
			if (value != null) {
				MDC.put(key, value);
			}
			else {
				MDC.remove(key);
			}
		}

	}

	private static final class LoggedListener<ReqT> extends EnclosedListener<ReqT, Former> {

		private final LoggedCall<ReqT, ?> call;

		LoggedListener(ServerCall.Listener<ReqT> delegate, LoggedCall<ReqT, ?> call) {
			super(delegate);
			this.call = call;
		}

		@Override
		Former enter() {
			return this.call.enter();
		}

		@Override
		void leave(Former former) {
			this.call.leave(former);
		}

	}

}
