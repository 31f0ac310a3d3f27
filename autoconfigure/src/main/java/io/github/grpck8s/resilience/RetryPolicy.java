package io.github.grpck8s.resilience;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import io.grpc.Status;

/**
 * How often and when a call is repeated.
 *
 * @param maxAttempts attempts in all, the first one included; 2 to 5
 * @param initialBackoff bound of the random wait before the second attempt; positive
 * @param maxBackoff bound of every wait; positive
 * @param backoffMultiplier by how much the bound grows from wait to wait; positive
 * @param statusCodes with which of them an attempt must fail for another one; at least
 * one, not OK
 * @see <a href= "https://github.com/grpc/proposal/blob/master/A6-client-retries.md">gRFC
 * A6</a>
 */
public record RetryPolicy(int maxAttempts, Duration initialBackoff, Duration maxBackoff, double backoffMultiplier,
		Set<Status.Code> statusCodes) {

	/**
	 * Copies the set.
	 */
	public RetryPolicy {
		statusCodes = Set.copyOf(statusCodes);
	}

	/**
	 * As it stands in a method config, where every number is a double.
	 */
	Map<String, Object> toServiceConfig() {
		Map<String, Object> policy = new LinkedHashMap<>();
		policy.put("maxAttempts", (double) this.maxAttempts);
		policy.put("initialBackoff", ServiceConfigDuration.format(this.initialBackoff));
		policy.put("maxBackoff", ServiceConfigDuration.format(this.maxBackoff));
		policy.put("backoffMultiplier", this.backoffMultiplier);
		policy.put("retryableStatusCodes", this.statusCodes.stream().map(Status.Code::name).sorted().toList());
		return policy;
	}

}
