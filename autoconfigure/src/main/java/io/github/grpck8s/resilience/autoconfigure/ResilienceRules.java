package io.github.grpck8s.resilience.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.resilience.MethodName;
import io.github.grpck8s.resilience.RetryPolicy;
import io.github.grpck8s.resilience.RetryThrottling;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * What the settings must be like.
 */
final class ResilienceRules {

	private static final Duration SHORTEST = Duration.ofMillis(1);

	private static final Duration LONGEST = Duration.ofDays(365);

	private ResilienceRules() {
	}

	static void checkDeadline(String property, @Nullable Duration deadline) {
		if (deadline != null && !deadline.isZero()) {
			check(!isOutside(deadline), property, deadline, "must be 0 or between 1 ms and 365 days",
					"Set how long a call may take, or 0 for as long as it likes.");
		}
	}

	static void checkMethods(String property, List<String> names) {
		names.forEach((name) -> check(MethodName.parse(name) != null, property, name,
				"must hold names such as pkg.Service/Method or pkg.Service",
				"Write the method as in the .proto file, for example users.v1.UserService/GetUser."));
	}

	static void checkKey(String property, String key) {
		MethodName name = MethodName.parse(key);
		check(name != null && name.method() != null, property, key, "must have keys such as pkg.Service/Method",
				"Write the method as in the .proto file and in brackets, in YAML \"[users.v1.UserService/GetUser]\".");
	}

	static MethodName methodName(String name) {
		MethodName parsed = MethodName.parse(name);
		if (parsed == null) {
			throw new IllegalStateException("Not checked: " + name);
		}
		return parsed;
	}

	static void checkPolicy(String prefix, RetryPolicy policy) {
		check(policy.maxAttempts() >= 2 && policy.maxAttempts() <= 5, prefix + ".max-attempts", policy.maxAttempts(),
				"must be between 2 and 5", "Set '" + prefix + ".enabled' to false if no call is to be repeated.");
		checkBackoff(prefix + ".initial-backoff", policy.initialBackoff());
		checkBackoff(prefix + ".max-backoff", policy.maxBackoff());
		check(policy.maxBackoff().compareTo(policy.initialBackoff()) >= 0, prefix + ".max-backoff", policy.maxBackoff(),
				"must not be below '" + prefix + ".initial-backoff' (" + policy.initialBackoff() + ")",
				"Make the one longer or the other shorter.");
		check(policy.backoffMultiplier() >= 1 && policy.backoffMultiplier() <= 100, prefix + ".multiplier",
				policy.backoffMultiplier(), "must be between 1 and 100", "Set by how much the wait grows, 2 is usual.");
		check(!policy.statusCodes().isEmpty() && !policy.statusCodes().contains(Status.Code.OK),
				prefix + ".status-codes", policy.statusCodes(), "must name at least one status and not OK",
				"Set the statuses of an attempt after which there is another, UNAVAILABLE is usual.");
	}

	static void checkThrottle(String prefix, RetryThrottling throttling) {
		check(throttling.maxTokens() > 0 && throttling.maxTokens() <= 1000, prefix + ".max-tokens",
				throttling.maxTokens(), "must be above 0 and at most 1000",
				"Set how many tokens a channel has, 10 is usual.");
		check(throttling.tokenRatio() >= 0.001 && throttling.tokenRatio() <= 1000, prefix + ".token-ratio",
				throttling.tokenRatio(), "must be between 0.001 and 1000",
				"Set how many tokens a success brings back, 0.1 is usual.");
	}

	private static void checkBackoff(String property, Duration backoff) {
		check(!isOutside(backoff), property, backoff, "must be between 1 ms and 365 days",
				"Set how long to wait between attempts.");
	}

	private static boolean isOutside(Duration duration) {
		return duration.compareTo(SHORTEST) < 0 || duration.compareTo(LONGEST) > 0;
	}

	private static void check(boolean holds, String property, Object value, String rule, String remedy) {
		if (!holds) {
			throw new InvalidSettingException(property, value, rule, remedy);
		}
	}

}
