package io.github.grpck8s.resilience;

import java.util.Map;

/**
 * When a channel stops to repeat calls because too many fail: every failed attempt takes
 * a token, every call that succeeds brings some back, and with half of the tokens or
 * fewer nothing is repeated.
 *
 * @param maxTokens tokens at the start and at most; above 0, at most 1000
 * @param tokenRatio what a success brings back; positive, the fourth decimal and later
 * ones are not looked at
 */
public record RetryThrottling(double maxTokens, double tokenRatio) {

	/**
	 * As it stands in a service config.
	 */
	Map<String, Object> toServiceConfig() {
		return Map.of("maxTokens", this.maxTokens, "tokenRatio", this.tokenRatio);
	}

}
