package io.github.grpck8s;

import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * Says more about why a call has failed.
 */
@FunctionalInterface
public interface StatusHint {

	/**
	 * Look at how a call ended. Called in the context of the call, on the thread that
	 * tells its listener; must not block.
	 * @param method the method that was called
	 * @param options what the call was made with, before resilience added to it
	 * @param status how it ended, never OK
	 * @return what the caller is told: the same status, or one with a better description
	 */
	Status explain(MethodDescriptor<?, ?> method, CallOptions options, Status status);

}
