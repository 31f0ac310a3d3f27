package io.github.grpck8s.shutdown;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.grpck8s.InfrastructureCalls;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/**
 * Knows the calls that users have running on one server. A call costs three small objects
 * (wrapper, listener, entry of the set: some 100 bytes) and no lock that another call
 * takes.
 */
final class RunningCalls implements ServerInterceptor {

	private final Set<RunningCall<?, ?>> calls = ConcurrentHashMap.newKeySet();

	@Override
	public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
			ServerCallHandler<Q, R> next) {
		if (InfrastructureCalls.contains(call.getMethodDescriptor())) {
			return next.startCall(call, headers);
		}
		RunningCall<Q, R> running = new RunningCall<>(call);
		this.calls.add(running);
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
	}

	int count() {
		return this.calls.size();
	}

	/**
	 * End all that still run.
	 * @param status how they end
	 * @return how many were ended here
	 */
	int cut(Status status) {
		int cut = 0;
		for (RunningCall<?, ?> call : this.calls) {
			if (call.cut(status)) {
				cut++;
			}
		}
		return cut;
	}

}
