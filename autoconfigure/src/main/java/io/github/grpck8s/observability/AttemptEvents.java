package io.github.grpck8s.observability;

import java.net.InetSocketAddress;

import io.grpc.ClientStreamTracer;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import org.jspecify.annotations.Nullable;

/**
 * Shows the attempts of a call in its span: an interceptor sits above retries and sees
 * only the last status. Names of the attributes are those of gRFC A72.
 *
 * @see <a href=
 * "https://github.com/grpc/proposal/blob/master/A72-open-telemetry-tracing.md">A72</a>
 */
final class AttemptEvents extends ClientStreamTracer.Factory {

	private static final AttributeKey<Long> PREVIOUS_ATTEMPTS = AttributeKey.longKey("previous-rpc-attempts");

	private static final AttributeKey<Boolean> TRANSPARENT = AttributeKey.booleanKey("transparent-retry");

	private final Span span;

	AttemptEvents(Span span) {
		this.span = span;
	}

	@Override
	public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
		long previous = info.getPreviousAttempts();
		if (previous > 0 || info.isTransparentRetry()) {
			this.span.addEvent("Attempt started",
					Attributes.of(PREVIOUS_ATTEMPTS, previous, TRANSPARENT, info.isTransparentRetry()));
		}
		return new Attempt(this.span, previous);
	}

	private static final class Attempt extends ClientStreamTracer {

		private final Span span;

		private final long previous;

		/** Which pod it was; unknown as long as there is no connection. */
		private volatile @Nullable String peer;

		Attempt(Span span, long previous) {
			this.span = span;
			this.previous = previous;
		}

		@Override
		public void streamCreated(io.grpc.Attributes transport, Metadata headers) {
			if (transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress address
					&& address.getAddress() != null) {
				this.peer = address.getAddress().getHostAddress();
			}
		}

		@Override
		public void streamClosed(Status status) {
			if (!status.isOk()) {
				AttributesBuilder attributes = Attributes.builder()
					.put(PREVIOUS_ATTEMPTS, this.previous)
					.put(Tracing.STATUS, (long) status.getCode().value());
				if (this.peer != null) {
					attributes.put(Tracing.PEER, this.peer);
				}
				this.span.addEvent("Attempt failed", attributes.build());
			}
		}

	}

}
