package io.github.grpck8s.resilience;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The retries of one channel.
 *
 * @param policy how a call is repeated
 * @param throttling when no call is repeated
 * @param idempotentMethods methods that may be repeated although they do not say so
 * themselves
 */
public record RetryRules(RetryPolicy policy, RetryThrottling throttling, Set<MethodName> idempotentMethods) {

	/**
	 * Copies the set.
	 */
	public RetryRules {
		idempotentMethods = Set.copyOf(idempotentMethods);
	}

	/**
	 * The names of all methods that are repeated, each once: a channel refuses a service
	 * config in which a name stands twice.
	 * @param declared methods that say themselves that they may be repeated
	 * @return the names in their order, without methods of services that are named as a
	 * whole
	 */
	List<MethodName> namesWith(Set<MethodName> declared) {
		return Stream.concat(this.idempotentMethods.stream(), declared.stream())
			.distinct()
			.filter((name) -> name.method() == null || !this.idempotentMethods.contains(name.wholeService()))
			.sorted(Comparator.comparing(MethodName::toString))
			.toList();
	}

}
