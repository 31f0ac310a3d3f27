package io.github.grpck8s.balancing;

import io.github.grpck8s.EndpointAttributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Why a pod cannot be reached, for the people who read the failure of a call (R72).
 *
 * @param group the pod
 * @param status what gRPC says, if it has failed
 */
record PodFailure(EquivalentAddressGroup group, @Nullable Status status) {

	@Nullable Throwable cause() {
		return (this.status != null) ? this.status.getCause() : null;
	}

	/**
	 * In words.
	 * @return address, pod and cause, for example
	 * {@code 10.0.0.2:9090 (pod users-2): io exception (Connection refused)}
	 */
	String describe() {
		StringBuilder text = new StringBuilder(this.group.getAddresses().get(0).toString().replaceFirst("^/", ""));
		String pod = this.group.getAttributes().get(EndpointAttributes.POD);
		if (pod != null) {
			text.append(" (pod ").append(pod).append(')');
		}
		if (this.status != null) {
			String description = this.status.getDescription();
			text.append(": ").append((description != null) ? description : this.status.getCode());
		}
		Throwable cause = cause();
		if (cause != null) {
			// "io exception" alone tells nobody anything
			text.append(" (").append((cause.getMessage() != null) ? cause.getMessage() : cause).append(')');
		}
		return text.toString();
	}

}
