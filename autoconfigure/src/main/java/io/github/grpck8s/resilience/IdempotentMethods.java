package io.github.grpck8s.resilience;

import io.grpc.MethodDescriptor;

/**
 * Says which methods do no harm when they are executed twice. Only those are repeated.
 */
@FunctionalInterface
public interface IdempotentMethods {

	/**
	 * Whether a method may be repeated.
	 * @param method the method
	 * @return {@code false} when in doubt
	 */
	boolean contains(MethodDescriptor<?, ?> method);

	/**
	 * Believes the descriptor of the method.
	 * @return those that are marked idempotent or safe
	 */
	static IdempotentMethods markedInDescriptor() {
		return (method) -> method.isIdempotent() || method.isSafe();
	}

	/**
	 * Believes the {@code .proto} file too. Needs grpc-protobuf: the generator of stubs
	 * does not carry the mark over into the descriptor.
	 * @return those that are marked in their descriptor, or in their {@code .proto} with
	 * the {@code idempotency_level} IDEMPOTENT or NO_SIDE_EFFECTS
	 */
	static IdempotentMethods markedInProto() {
		return new ProtoIdempotency();
	}

}
