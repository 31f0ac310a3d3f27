package io.github.grpck8s.resilience;

import java.util.concurrent.TimeUnit;

import io.github.grpck8s.InfrastructureCalls;
import io.github.grpck8s.StatusHint;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Sets the default deadline. A call that is made while a server handles another inherits
 * what is left of that one's deadline through the {@link Context}, and keeps it.
 */
class DefaultDeadlineInterceptor implements ClientInterceptor, StatusHint {

	private final DeadlineRules rules;

	DefaultDeadlineInterceptor(DeadlineRules rules) {
		this.rules = rules;
	}

	@Override
	public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
		DefaultDeadline deadline = of(method, options);
		return next.newCall(method, (deadline != null)
				? options.withDeadlineAfter(deadline.time().toNanos(), TimeUnit.NANOSECONDS) : options);
	}

	/**
	 * Tells a caller whose deadline it was.
	 */
	@Override
	public Status explain(MethodDescriptor<?, ?> method, CallOptions options, Status status) {
		DefaultDeadline deadline = (status.getCode() == Status.Code.DEADLINE_EXCEEDED) ? of(method, options) : null;
		if (deadline == null) {
			return status;
		}
		String description = (status.getDescription() != null) ? status.getDescription() + "; " : "";
		return status.withDescription(description + deadline.describe());
	}

	private @Nullable DefaultDeadline of(MethodDescriptor<?, ?> method, CallOptions options) {
		return hasDeadline(options) || InfrastructureCalls.contains(method) ? null : this.rules.of(method);
	}

	private static boolean hasDeadline(CallOptions options) {
		return options.getDeadline() != null || Context.current().getDeadline() != null;
	}

}
