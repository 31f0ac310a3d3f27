package io.github.grpck8s.balancing;

import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.Helper;
import io.grpc.protobuf.services.HealthCheckingLoadBalancerUtil;

/**
 * Makes the policy for pods, which honours a {@code healthCheckConfig} of the service
 * config where grpc-services is on the class path, as gRPC's {@code round_robin} does.
 */
final class PodLoadBalancerFactory extends LoadBalancer.Factory {

	/**
	 * The only one: another factory would be another policy.
	 */
	static final LoadBalancer.Factory INSTANCE = new PodLoadBalancerFactory();

	private final boolean healthChecks = canCheckHealth();

	private PodLoadBalancerFactory() {
	}

	@Override
	public LoadBalancer newLoadBalancer(Helper helper) {
		return this.healthChecks ? HealthChecks.around(helper) : new PodLoadBalancer(helper);
	}

	private static boolean canCheckHealth() {
		try {
			Class.forName("io.grpc.protobuf.services.HealthCheckingLoadBalancerUtil", false,
					PodLoadBalancerFactory.class.getClassLoader());
			return true;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

	/**
	 * The only code that knows grpc-services.
	 */
	private static final class HealthChecks {

		private static final LoadBalancer.Factory WITHOUT = new LoadBalancer.Factory() {
			@Override
			public LoadBalancer newLoadBalancer(Helper helper) {
				return new PodLoadBalancer(helper);
			}
		};

		private HealthChecks() {
		}

		static LoadBalancer around(Helper helper) {
			return HealthCheckingLoadBalancerUtil.newHealthCheckingLoadBalancer(WITHOUT, helper);
		}

	}

}
