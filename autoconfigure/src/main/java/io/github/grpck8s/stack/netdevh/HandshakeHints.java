package io.github.grpck8s.stack.netdevh;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.StatusHint;
import io.github.grpck8s.StatusHintFeature;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Names the property when one side talks TLS and the other does not. The stack's channels
 * talk TLS unless told otherwise; against a server in plaintext all that a caller sees is
 * {@code UNAVAILABLE: io exception}.
 */
class HandshakeHints implements StatusHintFeature {

	@Override
	public StatusHint hint(ChannelSpec channel) {
		String property = "grpc.client." + channel.name() + ".negotiation-type";
		return (method, options, status) -> explain(status, property);
	}

	private static Status explain(Status status, String property) {
		if (status.getCode() != Status.Code.UNAVAILABLE) {
			return status;
		}
		String hint = describe(status, property);
		return (hint != null) ? status.augmentDescription(hint) : status;
	}

	private static @Nullable String describe(Status status, String property) {
		for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
			// by its simple name: it is there once shaded and once not
			if (cause.getClass().getSimpleName().equals("NotSslRecordException")) {
				return "This channel talks TLS, the server answered in plaintext. Set '" + property
						+ "' to 'plaintext', or TLS on the server.";
			}
			String message = cause.getMessage();
			// the first bytes of a TLS alert where HTTP/2 was expected
			if (message != null && message.contains("not SETTINGS") && message.contains("first 5 bytes: 1503")) {
				return "This channel talks plaintext, the server TLS. Set '" + property + "' to 'tls'.";
			}
		}
		return null;
	}

}
