package io.github.grpck8s;

import io.grpc.ServerBuilder;

/**
 * What one room adds to a gRPC server that is being built. Features know no stack: the
 * adapter of a stack collects them in the order of {@link FeatureOrder} and applies each
 * once to every server, after the stack's own settings.
 * <p>
 * Interceptors that a feature adds see every call of the server, probes included: leave
 * those out with {@link InfrastructureCalls}.
 */
@FunctionalInterface
public interface ServerFeature {

	/**
	 * Apply this feature. Called on the thread that builds the server.
	 * @param server the server under construction, of any transport
	 */
	void applyTo(ServerBuilder<?> server);

}
