package io.github.grpck8s.stack.netdevh;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Names the property when one side talks TLS and the other does not. The stack's channels
 * talk TLS unless told otherwise; against a server in plaintext all that a caller sees is
 * {@code UNAVAILABLE: io exception}.
 */
class HandshakeHints implements ClientInterceptor {

	private final String property;

	HandshakeHints(String channelName) {
		this.property = "grpc.client." + channelName + ".negotiation-type";
	}

	@Override
	public <Q, S> ClientCall<Q, S> interceptCall(MethodDescriptor<Q, S> method, CallOptions options, Channel next) {
		return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

			@Override
			public void start(Listener<S> listener, Metadata headers) {
				super.start(new SimpleForwardingClientCallListener<>(listener) {

					@Override
					public void onClose(Status status, Metadata trailers) {
						super.onClose(status.isOk() ? status : explain(status), trailers);
					}

				}, headers);
			}

		};
	}

	Status explain(Status status) {
		if (status.getCode() != Status.Code.UNAVAILABLE) {
			return status;
		}
		String hint = hint(status);
		return (hint != null) ? status.augmentDescription(hint) : status;
	}

	private @Nullable String hint(Status status) {
		for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
			// by its simple name: it is there once shaded and once not
			if (cause.getClass().getSimpleName().equals("NotSslRecordException")) {
				return "This channel talks TLS, the server answered in plaintext. Set '" + this.property
						+ "' to 'plaintext', or TLS on the server.";
			}
			String message = cause.getMessage();
			// the first bytes of a TLS alert where HTTP/2 was expected
			if (message != null && message.contains("not SETTINGS") && message.contains("first 5 bytes: 1503")) {
				return "This channel talks plaintext, the server TLS. Set '" + this.property + "' to 'tls'.";
			}
		}
		return null;
	}

}
