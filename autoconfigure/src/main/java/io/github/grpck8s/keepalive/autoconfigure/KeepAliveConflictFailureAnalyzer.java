package io.github.grpck8s.keepalive.autoconfigure;

import io.github.grpck8s.keepalive.KeepAliveConflictException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what to change when the pings of a channel and the server's permit contradict each
 * other.
 */
final class KeepAliveConflictFailureAnalyzer extends AbstractFailureAnalyzer<KeepAliveConflictException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, KeepAliveConflictException cause) {
		String action = Boolean.parseBoolean(cause.getClientValue())
				? "Set '%s' to false, or '%s' to true.".formatted(cause.getClientProperty(), cause.getServerProperty())
				: "Raise '%s' to %s or more, or lower '%s' to %s or less.".formatted(cause.getClientProperty(),
						cause.getServerValue(), cause.getServerProperty(), cause.getClientValue());
		return new FailureAnalysis(cause.getMessage()
				+ ". Servers with this rule, this application's own among them, end the connections of such a channel"
				+ " with too_many_pings, and the calls on them fail.", action, cause);
	}

}
