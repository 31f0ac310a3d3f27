package io.github.grpck8s.balancing;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.grpc.NameResolver.ConfigOrError;
import io.grpc.util.GracefulSwitchLoadBalancer;
import org.jspecify.annotations.Nullable;

/**
 * What the policy {@code kubernetes} was told by the service config.
 *
 * @param child the policy below the empty gate with its configuration, as
 * {@link GracefulSwitchLoadBalancer} takes it
 * @param named whether the user named that policy
 */
record PolicyConfig(Object child, boolean named) {

	/**
	 * Without a service config.
	 */
	static final PolicyConfig DEFAULT = ofPods(PodsConfig.DEFAULT);

	static PolicyConfig ofPods(PodsConfig pods) {
		return new PolicyConfig(
				GracefulSwitchLoadBalancer.createLoadBalancingPolicyConfig(PodLoadBalancerFactory.INSTANCE, pods),
				false);
	}

	/**
	 * Read the JSON form; keys that are not known are ignored, as gRPC asks of policies.
	 * @param json the configuration
	 * @return the same as values
	 * @throws IllegalArgumentException naming the key, the rule and the value
	 */
	static PolicyConfig parse(Map<String, ?> json) {
		PodsConfig defaults = PodsConfig.DEFAULT;
		PodsConfig pods = new PodsConfig(wholeNumber(json, "maxConnectionsPerPod", defaults.maxConnectionsPerPod()),
				wholeNumber(json, "maxConcurrentStreams", defaults.maxConcurrentStreams()),
				duration(json, "connectionQuietTime", defaults.connectionQuietNanos()),
				number(json, "warmUpShare", defaults.warmUpShare()),
				duration(json, "warmUpTimeout", defaults.warmUpNanos()));
		Object child = json.get("childPolicy");
		return (child != null) ? named(child) : ofPods(pods);
	}

	@SuppressWarnings("unchecked")
	private static PolicyConfig named(Object child) {
		if (!(child instanceof List<?> policies) || policies.isEmpty()
				|| !policies.stream().allMatch((policy) -> policy instanceof Map<?, ?> map && map.size() == 1)) {
			throw bad("childPolicy", "must be a list of objects with one policy each", child);
		}
		if (policies.stream()
			.anyMatch((policy) -> ((Map<?, ?>) policy).containsKey(KubernetesLoadBalancerProvider.POLICY))) {
			throw bad("childPolicy", "must not be the policy itself", child);
		}
		ConfigOrError parsed = GracefulSwitchLoadBalancer
			.parseLoadBalancingPolicyConfig((List<Map<String, ?>>) policies);
		if (parsed == null) {
			throw bad("childPolicy", "must name a policy", child);
		}
		if (parsed.getConfig() == null) {
			throw bad("childPolicy", "must be usable (" + parsed.getError() + ")", child);
		}
		return new PolicyConfig(parsed.getConfig(), true);
	}

	private static int wholeNumber(Map<String, ?> json, String key, int otherwise) {
		double value = number(json, key, otherwise);
		if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
			throw bad(key, "must be a whole number", json.get(key));
		}
		return (int) value;
	}

	private static double number(Map<String, ?> json, String key, double otherwise) {
		Object value = json.get(key);
		if (value == null) {
			return otherwise;
		}
		if (value instanceof Number number) {
			return number.doubleValue();
		}
		throw bad(key, "must be a number", value);
	}

	private static long duration(Map<String, ?> json, String key, long otherwise) {
		Object value = json.get(key);
		if (value == null) {
			return otherwise;
		}
		// the JSON form of google.protobuf.Duration
		if (value instanceof String text && text.matches("\\d{1,9}(\\.\\d{1,9})?s")) {
			return Math.round(Double.parseDouble(text.substring(0, text.length() - 1)) * TimeUnit.SECONDS.toNanos(1));
		}
		throw bad(key, "must be a duration in seconds such as \"0.500s\"", value);
	}

	static IllegalArgumentException bad(String key, String rule, @Nullable Object value) {
		return new IllegalArgumentException("'" + key + "' " + rule + " but was '" + value + "'");
	}

}
