package io.github.grpck8s.keepalive.autoconfigure;

import io.github.grpck8s.StackSettings;
import io.github.grpck8s.keepalive.ServerKeepAlive;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out of the server's settings those that stay the stack's.
 *
 * @param stack knows what the user set in the words of the stack
 */
record ServerSettings(StackSettings stack) {

	ServerKeepAlive keepAlive(KeepAliveProperties.Server server) {
		return new ServerKeepAlive(ours("time", server.time()), ours("timeout", server.timeout()),
				ours("permit-time", server.permitTime()), ours("permit-without-calls", server.permitWithoutCalls()),
				ours("max-connection-age", server.maxConnectionAge()),
				ours("max-connection-age-grace", server.maxConnectionAgeGrace()),
				ours("max-connection-idle", server.maxConnectionIdle()));
	}

	private <T> @Nullable T ours(String name, T value) {
		return this.stack.keepsServer("grpc.k8s.keepalive.server." + name) ? null : value;
	}

}
