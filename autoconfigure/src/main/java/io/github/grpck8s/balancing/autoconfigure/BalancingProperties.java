package io.github.grpck8s.balancing.autoconfigure;

import java.time.Duration;
import java.util.Map;

import io.github.grpck8s.InvalidSettingException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Load balancing of channels.
 *
 * @param enabled Whether to balance channels to k8s targets with the policy kubernetes
 * @param policy Policy that spreads the calls over the pods: kubernetes takes them in
 * turn over a pool of connections, any other that gRPC knows runs behind the same gate
 * for an empty list
 * @param maxConnectionsPerPod Most connections to one pod, from 1 to 16
 * @param maxConcurrentStreams Calls that a server lets one connection have open; from
 * four fifths of it on another connection is opened
 * @param connectionQuietTime Time with few calls after which a connection too many is
 * closed
 * @param warmUpShare Share of the pods, from 0 to 1, that must be connected before the
 * first calls go out
 * @param warmUpTimeout Longest wait for that share after the first pod is connected
 * @param channels Settings of single channels by name
 */
@ConfigurationProperties("grpc.k8s.balancing")
record BalancingProperties(@DefaultValue("true") boolean enabled, @DefaultValue("kubernetes") String policy,
		@DefaultValue("4") int maxConnectionsPerPod, @DefaultValue("200") int maxConcurrentStreams,
		@DefaultValue("30s") Duration connectionQuietTime, @DefaultValue("0.7") double warmUpShare,
		@DefaultValue("500ms") Duration warmUpTimeout, Map<String, Channel> channels) {

	static final String PREFIX = "grpc.k8s.balancing.";

	BalancingProperties {
		channels = (channels != null) ? Map.copyOf(channels) : Map.of();
		check(maxConnectionsPerPod >= 1 && maxConnectionsPerPod <= 16, "max-connections-per-pod", maxConnectionsPerPod,
				"must be from 1 to 16", "Use 1 to have no pool, or leave it out for 4.");
		check(maxConcurrentStreams >= 1, "max-concurrent-streams", maxConcurrentStreams, "must be at least 1",
				"Use what the servers allow on one connection.");
		check(connectionQuietTime.toMillis() >= 1, "connection-quiet-time", connectionQuietTime,
				"must be at least 1 ms", "Leave it out for 30 s.");
		check(warmUpShare >= 0 && warmUpShare <= 1, "warm-up-share", warmUpShare, "must be from 0 to 1",
				"Use 0 to wait for the first pod only.");
		check(!warmUpTimeout.isNegative(), "warm-up-timeout", warmUpTimeout, "must not be negative",
				"Use 0 to wait for the first pod only.");
	}

	private static void check(boolean holds, String name, Object value, String rule, String remedy) {
		if (!holds) {
			throw new InvalidSettingException(PREFIX + name, value, rule, remedy);
		}
	}

	@Nullable String policyOf(String channel) {
		Channel settings = this.channels.get(channel);
		return (settings != null) ? settings.policy() : null;
	}

	/**
	 * Load balancing of one channel.
	 *
	 * @param policy Policy of this channel, also of one whose target is not k8s
	 */
	record Channel(@Nullable String policy) {
	}

}
