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

	/** Watches of a health service that does not end them, reflection: nobody waits. */
	private final Set<RunningCall<?, ?>> infrastructure = ConcurrentHashMap.newKeySet();

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
		boolean unary = call.getMethodDescriptor().getType() == MethodType.UNARY;
		boolean users = !InfrastructureCalls.contains(call.getMethodDescriptor());
		if (!users && unary) {
			return next.startCall(call, headers);
		}
		RunningCall<Q, R> running = new RunningCall<>(call);
		(users ? this.calls : this.infrastructure).add(running);
		if (this.limit != null && users && !unary) {
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
		this.infrastructure.remove(call);
		call.ended();
	}

	int count() {
		return this.calls.size();
	}

	/**
	 * End the streams that nobody waits for, so that their connections can close.
	 */
	void cutInfrastructure() {
		Status status = Status.UNAVAILABLE
			.withDescription("server is shutting down: this connection is asked to go (GOAWAY)");
		this.infrastructure.forEach((call) -> call.cut(status));
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
