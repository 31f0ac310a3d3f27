package io.github.grpck8s.observability;

import io.grpc.Context;
import io.grpc.Metadata;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import org.jspecify.annotations.Nullable;

/**
 * The span of a call that was measured, for exemplars: a call is measured where its
 * stream ends, on a thread on which its span is not the current one.
 *
 * @param traceId the id of its trace
 * @param spanId its own id
 */
record SampledSpan(String traceId, String spanId) {

	private static final ThreadLocal<SampledSpan> CURRENT = new ThreadLocal<>();

	private static final byte NOT_SAMPLED = '0';

	/** Make this the span of what is measured by an action. */
	void whileCurrent(Runnable measuring) {
		CURRENT.set(this);
		try {
			measuring.run();
		}
		finally {
			CURRENT.remove();
		}
	}

	/**
	 * The span that a measurement belongs to.
	 * @return that of the call that is being measured, else OpenTelemetry's current one
	 * if it is sampled, else {@code null}
	 */
	static @Nullable SampledSpan current() {
		SampledSpan measured = CURRENT.get();
		return (measured != null) ? measured : of(Span.current().getSpanContext());
	}

	private static @Nullable SampledSpan of(SpanContext span) {
		return span.isSampled() ? new SampledSpan(span.getTraceId(), span.getSpanId()) : null;
	}

	/**
	 * Whether a server may record a call.
	 * @param headers of the call
	 * @return {@code false} if its caller has decided that it is not sampled
	 */
	static boolean isPossible(Metadata headers) {
		byte[] parent = headers.get(TraceParent.KEY);
		return parent == null || parent.length == 0 || parent[parent.length - 1] != NOT_SAMPLED;
	}

	/** Brings the span of a server's call to where the call is measured. */
	static final class Holder {

		private static final Context.Key<Holder> CALL = Context.key("io.github.grpck8s.observability.span");

		private volatile @Nullable SampledSpan span;

		Context addTo(Context context) {
			return context.withValue(CALL, this);
		}

		@Nullable SampledSpan get() {
			return this.span;
		}

		/** The call that is being started has this span. */
		static void tell(SpanContext span) {
			Holder holder = CALL.get();
			if (holder != null) {
				holder.span = of(span);
			}
		}

	}

}
