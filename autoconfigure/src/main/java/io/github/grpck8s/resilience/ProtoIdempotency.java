package io.github.grpck8s.resilience;

import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;

/**
 * Looks up the {@code idempotency_level} of a method.
 */
class ProtoIdempotency implements IdempotentMethods {

	private final IdempotentMethods inDescriptor = IdempotentMethods.markedInDescriptor();

	@Override
	public boolean contains(MethodDescriptor<?, ?> method) {
		return this.inDescriptor.contains(method)
				|| (method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier proto && isMarked(proto));
	}

	private static boolean isMarked(ProtoMethodDescriptorSupplier proto) {
		IdempotencyLevel level = proto.getMethodDescriptor().getOptions().getIdempotencyLevel();
		return level == IdempotencyLevel.IDEMPOTENT || level == IdempotencyLevel.NO_SIDE_EFFECTS;
	}

}
