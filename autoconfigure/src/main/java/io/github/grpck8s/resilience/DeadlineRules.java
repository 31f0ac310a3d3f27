package io.github.grpck8s.resilience;

import java.util.Map;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * The default deadlines of one channel.
 *
 * @param unary for calls of one request and one answer, {@code null} for none
 * @param stream for all other calls, {@code null} for none
 * @param methods for single methods, which beats both; by their full name, for example
 * {@code users.v1.UserService/GetUser}
 */
public record DeadlineRules(@Nullable DefaultDeadline unary, @Nullable DefaultDeadline stream,
		Map<String, DefaultDeadline> methods) {

	/**
	 * Copies the map.
	 */
	public DeadlineRules {
		methods = Map.copyOf(methods);
	}

	boolean isEmpty() {
		return this.unary == null && this.stream == null && this.methods.isEmpty();
	}

	/**
	 * The deadline for calls of a method.
	 * @param method the method that is called
	 * @return the deadline, {@code null} when there is none
	 */
	@Nullable DefaultDeadline of(MethodDescriptor<?, ?> method) {
		DefaultDeadline rule = this.methods.get(method.getFullMethodName());
		if (rule == null) {
			rule = (method.getType() == MethodType.UNARY) ? this.unary : this.stream;
		}
		return (rule == null || rule.isNone()) ? null : rule;
	}

}
