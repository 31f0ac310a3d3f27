package io.github.grpck8s.balancing;

import java.util.Map;

import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancerProvider;
import io.grpc.NameResolver.ConfigOrError;
import io.grpc.Status;

/**
 * Makes the load-balancing policy {@code kubernetes} known to gRPC. Its configuration, in
 * the JSON form of the service config, every key optional:
 *
 * <pre>
 * { "maxConnectionsPerPod": 4, "maxConcurrentStreams": 200, "connectionQuietTime": "30s",
 *   "warmUpShare": 0.7, "warmUpTimeout": "0.500s",
 *   "childPolicy": [ { "round_robin": {} } ] }
 * </pre>
 *
 * Without {@code childPolicy} it takes the pods in turn and keeps a pool of connections
 * to each. A child policy gets the whole list of addresses instead, and the other keys do
 * not apply to it.
 */
public final class KubernetesLoadBalancerProvider extends LoadBalancerProvider {

	/**
	 * Name of the policy in a service config.
	 */
	public static final String POLICY = "kubernetes";

	/**
	 * Called by gRPC, which finds providers through {@link java.util.ServiceLoader}.
	 */
	public KubernetesLoadBalancerProvider() {
	}

	@Override
	public boolean isAvailable() {
		return true;
	}

	@Override
	public int getPriority() {
		return 5;
	}

	@Override
	public String getPolicyName() {
		return POLICY;
	}

	@Override
	public LoadBalancer newLoadBalancer(Helper helper) {
		return new KubernetesLoadBalancer(helper);
	}

	@Override
	public ConfigOrError parseLoadBalancingPolicyConfig(Map<String, ?> config) {
		try {
			return ConfigOrError.fromConfig(PolicyConfig.parse(config));
		}
		catch (RuntimeException ex) {
			return ConfigOrError.fromError(
					Status.UNAVAILABLE.withDescription("Policy " + POLICY + ": " + ex.getMessage()).withCause(ex));
		}
	}

}
