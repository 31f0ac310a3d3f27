package io.github.grpck8s.observability;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;

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
		return new ClientStreamTracer() {

			@Override
			public void streamClosed(Status status) {
				if (!status.isOk()) {
					AttemptEvents.this.span.addEvent("Attempt failed", Attributes.of(PREVIOUS_ATTEMPTS, previous,
							Tracing.STATUS, (long) status.getCode().value()));
				}
			}

		};
	}

}
