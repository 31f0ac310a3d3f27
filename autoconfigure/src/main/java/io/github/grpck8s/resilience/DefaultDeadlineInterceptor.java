package io.github.grpck8s.resilience;

import java.util.concurrent.TimeUnit;

import io.github.grpck8s.InfrastructureCalls;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Sets the default deadline. A call that is made while a server handles another inherits
 * what is left of that one's deadline through the {@link Context}, and keeps it.
 */
class DefaultDeadlineInterceptor implements ClientInterceptor {

	private final DeadlineRules rules;

	DefaultDeadlineInterceptor(DeadlineRules rules) {
		this.rules = rules;
	}

	@Override
	public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
		DefaultDeadline deadline = hasDeadline(options) || InfrastructureCalls.contains(method) ? null
				: this.rules.of(method);
		if (deadline == null) {
			return next.newCall(method, options);
		}
		ClientCall<Q, A> call = next.newCall(method,
				options.withDeadlineAfter(deadline.time().toNanos(), TimeUnit.NANOSECONDS));
		return new SimpleForwardingClientCall<>(call) {

			@Override
			public void start(Listener<A> listener, Metadata headers) {
				super.start(new DeadlineNamingListener<>(listener, deadline), headers);
			}

		};
	}

	private static boolean hasDeadline(CallOptions options) {
		return options.getDeadline() != null || Context.current().getDeadline() != null;
	}

	/**
	 * Tells a caller whose deadline it was.
	 */
	private static final class DeadlineNamingListener<A> extends SimpleForwardingClientCallListener<A> {

		private final DefaultDeadline deadline;

		DeadlineNamingListener(ClientCall.Listener<A> listener, DefaultDeadline deadline) {
			super(listener);
			this.deadline = deadline;
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			boolean exceeded = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
			super.onClose(exceeded ? status.withDescription(describe(status.getDescription())) : status, trailers);
		}

		private String describe(@Nullable String description) {
			return ((description != null) ? description + "; " : "") + this.deadline.describe();
		}

	}

}
