package io.github.grpck8s.observability;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import org.jspecify.annotations.Nullable;

/**
 * The ids of OpenTelemetry's current span.
 */
final class OpenTelemetrySpanIds implements LogContext.SpanIds {

	@Override
	public @Nullable String traceId() {
		SpanContext span = Span.current().getSpanContext();
		return span.isValid() ? span.getTraceId() : null;
	}

	@Override
	public @Nullable String spanId() {
		SpanContext span = Span.current().getSpanContext();
		return span.isValid() ? span.getSpanId() : null;
	}

}
