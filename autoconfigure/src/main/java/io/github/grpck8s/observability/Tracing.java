package io.github.grpck8s.observability;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Supplier;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * What client and server spans have in common: how they are named, started, described and
 * handed over. Immutable.
 *
 * @see <a href= "https://opentelemetry.io/docs/specs/semconv/rpc/grpc/">semantic
 * conventions for gRPC</a>
 */
final class Tracing {

	private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system");

	private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("rpc.service");

	private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");

	static final AttributeKey<String> PEER = AttributeKey.stringKey("network.peer.address");

	private static final AttributeKey<Long> PEER_PORT = AttributeKey.longKey("network.peer.port");

	static final AttributeKey<Long> STATUS = AttributeKey.longKey("rpc.grpc.status_code");

	private final Tracer tracer;

	private final Propagation propagation;

	private final boolean keepsToUnsampledParents;

	private Tracing(OpenTelemetry openTelemetry) {
		this.tracer = openTelemetry.getTracer("io.github.grpck8s");
		this.propagation = new Propagation(openTelemetry.getPropagators().getTextMapPropagator());
		this.keepsToUnsampledParents = Samplers.keepToUnsampledParents(openTelemetry);
	}

	static Lazily<Tracing> lazily(Supplier<@Nullable OpenTelemetry> openTelemetry) {
		return new Lazily<>("spans", () -> {
			OpenTelemetry found = openTelemetry.get();
			return (found != null) ? new Tracing(found) : null;
		});
	}

	/**
	 * Start a span. Its attributes come after its start, and only when it is recorded: a
	 * call that is not sampled then costs two ids. Samplers see the name, which is the
	 * full method. A call below one that is not sampled has no span of its own but that
	 * one, by which it is still told apart in logs.
	 */
	Span start(MethodDescriptor<?, ?> method, SpanKind kind, Context parent) {
		if (this.keepsToUnsampledParents) {
			Span above = Span.fromContext(parent);
			SpanContext known = above.getSpanContext();
			if (known.isValid() && !known.isSampled()) {
				return above;
			}
		}
		Span span = this.tracer.spanBuilder(method.getFullMethodName()).setSpanKind(kind).setParent(parent).startSpan();
		if (span.isRecording()) {
			span.setAttribute(SYSTEM, "grpc");
			String service = method.getServiceName();
			if (service != null) {
				span.setAttribute(SERVICE, service);
			}
			String bareMethod = method.getBareMethodName();
			if (bareMethod != null) {
				span.setAttribute(METHOD, bareMethod);
			}
		}
		return span;
	}

	Propagation propagation() {
		return this.propagation;
	}

	/** Say who was at the other end. */
	static void describePeer(Span span, Attributes transport) {
		SocketAddress peer = transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
		if (peer instanceof InetSocketAddress address && address.getAddress() != null) {
			span.setAttribute(PEER, address.getAddress().getHostAddress());
			span.setAttribute(PEER_PORT, (long) address.getPort());
		}
	}

	/** End a recorded span. */
	static void end(Span span, Status status, boolean error) {
		span.setAttribute(STATUS, (long) status.getCode().value());
		if (error) {
			span.setStatus(StatusCode.ERROR, (status.getDescription() != null) ? status.getDescription() : "");
			if (status.getCause() != null) {
				span.recordException(status.getCause());
			}
		}
		span.end();
	}

	/** Whether a status is the server's fault, by the semantic conventions. */
	static boolean isServerError(Status status) {
		return switch (status.getCode()) {
			case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS -> true;
			default -> false;
		};
	}

}
