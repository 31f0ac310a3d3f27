package io.github.grpck8s.observability;

import java.util.List;
import java.util.Set;

import io.grpc.Metadata;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import org.jspecify.annotations.Nullable;

/**
 * Hands traces over in the headers of calls. What the application's propagators do is
 * done by them, but for the usual case, W3C's {@code traceparent} and nothing else: that
 * is read and written in place. Immutable.
 */
final class Propagation {

	/** Those of an SDK that was not told otherwise, by what they call themselves. */
	private static final Set<String> W3C = Set.of(W3CTraceContextPropagator.getInstance().toString(),
			TextMapPropagator.composite(W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance())
				.toString());

	private static final List<Metadata.Key<String>> FURTHER = List.of(
			Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER),
			Metadata.Key.of("baggage", Metadata.ASCII_STRING_MARSHALLER));

	private final TextMapPropagator propagator;

	private final boolean w3c;

	Propagation(TextMapPropagator propagator) {
		this.propagator = propagator;
		this.w3c = W3C.contains(propagator.toString());
	}

	/** The caller's context as its headers tell it. */
	Context extract(Metadata headers) {
		TraceParent parent = this.w3c ? only(headers) : null;
		return (parent != null) ? Context.root().with(Span.wrap(parent))
				: this.propagator.extract(Context.root(), headers, MetadataCarrier.GETTER);
	}

	private static @Nullable TraceParent only(Metadata headers) {
		byte[] header = headers.get(TraceParent.KEY);
		return (header == null || headers.containsKey(FURTHER.get(0)) || headers.containsKey(FURTHER.get(1))) ? null
				: TraceParent.parse(header);
	}

	/** Tell the other end of a call of a span and of what the context has besides. */
	void inject(Context context, Span span, Metadata headers) {
		SpanContext told = span.getSpanContext();
		if (this.w3c && told.isValid() && told.getTraceState().isEmpty() && Baggage.fromContext(context).isEmpty()) {
			// Metadata of a caller may be used for more than one call
			headers.discardAll(TraceParent.KEY);
			headers.put(TraceParent.KEY, TraceParent.header(told));
		}
		else {
			this.propagator.inject(context.with(span), headers, MetadataCarrier.SETTER);
		}
	}

}
