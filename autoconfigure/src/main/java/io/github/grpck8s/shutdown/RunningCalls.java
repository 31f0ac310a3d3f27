package io.github.grpck8s.shutdown;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.grpck8s.InfrastructureCalls;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Knows the calls that users have running on one server. A call costs three small objects
 * (wrapper, listener, entry of the set: some 100 bytes) and no lock that another call
 * takes.
 */
final class RunningCalls implements ServerInterceptor {

	private final Set<RunningCall<?, ?>> calls = ConcurrentHashMap.newKeySet();

	private final @Nullable StreamLimit limit;

	/**
	 * Create an empty set.
	 * @param limit how old streams may become, {@code null} for as old as they like
	 */
	RunningCalls(@Nullable StreamLimit limit) {
		this.limit = limit;
	}

	@Override
	public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
			ServerCallHandler<Q, R> next) {
		if (InfrastructureCalls.contains(call.getMethodDescriptor())) {
			return next.startCall(call, headers);
		}
		RunningCall<Q, R> running = new RunningCall<>(call);
		this.calls.add(running);
		if (this.limit != null && call.getMethodDescriptor().getType() != MethodType.UNARY) {
			running.limitedBy(this.limit);
		}
		boolean started = false;
		try {
			ServerCall.Listener<Q> listener = running.followedBy(next.startCall(running, headers), this);
			started = true;
			return listener;
		}
		finally {
			if (!started) {
				remove(running);
			}
		}
	}

	void remove(RunningCall<?, ?> call) {
		this.calls.remove(call);
		call.ended();
	}

	int count() {
		return this.calls.size();
	}

	/**
	 * End all that still run.
	 * @param grace the time that they had
	 * @return how many were ended here
	 */
	int cut(Duration grace) {
		Status status = Status.UNAVAILABLE.withDescription("server is shutting down: the call still ran " + grace
				+ " after the server had asked its clients to go elsewhere (grpc.k8s.shutdown.grace)");
		int cut = 0;
		for (RunningCall<?, ?> call : this.calls) {
			if (call.cut(status)) {
				cut++;
			}
		}
		return cut;
	}

}
