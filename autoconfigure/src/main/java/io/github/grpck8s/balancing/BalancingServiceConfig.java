package io.github.grpck8s.balancing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.ServiceConfigFeature;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the policy {@code kubernetes} by service config, which beats the policy that a
 * stack sets as the default of a channel.
 *
 * @param settings the configuration of the policy without its child
 * @param policy which policy a channel gets behind the empty gate: {@code kubernetes} for
 * our own, {@code null} to leave the channel alone
 */
public record BalancingServiceConfig(Map<String, Object> settings,
		Function<ChannelSpec, @Nullable String> policy) implements ServiceConfigFeature {

	/**
	 * Create the feature.
	 * @param maxConnectionsPerPod most connections to one pod, 1 to 16
	 * @param maxConcurrentStreams calls that a server lets one connection have open, at
	 * least 1
	 * @param connectionQuietNanos time with few calls after which a connection too many
	 * is closed, positive
	 * @param warmUpShare share of the pods that must be connected before the first calls
	 * go out, 0 to 1
	 * @param warmUpNanos longest wait for that share, not negative
	 * @param policy which policy a channel gets behind the empty gate
	 * @return the feature
	 */
	public static BalancingServiceConfig of(int maxConnectionsPerPod, int maxConcurrentStreams,
			long connectionQuietNanos, double warmUpShare, long warmUpNanos,
			Function<ChannelSpec, @Nullable String> policy) {
		Map<String, Object> settings = new LinkedHashMap<>();
		// the service config knows no whole numbers
		settings.put("maxConnectionsPerPod", (double) maxConnectionsPerPod);
		settings.put("maxConcurrentStreams", (double) maxConcurrentStreams);
		settings.put("connectionQuietTime", seconds(connectionQuietNanos));
		settings.put("warmUpShare", warmUpShare);
		settings.put("warmUpTimeout", seconds(warmUpNanos));
		return new BalancingServiceConfig(settings, policy);
	}

	@Override
	public Map<String, ?> serviceConfig(ChannelSpec channel) {
		String child = this.policy.apply(channel);
		if (child == null) {
			return Map.of();
		}
		Map<String, Object> own = new LinkedHashMap<>(this.settings);
		if (!child.equals(KubernetesLoadBalancerProvider.POLICY)) {
			own.put("childPolicy", List.of(Map.of(child, Map.of())));
		}
		return Map.of("loadBalancingConfig", List.of(Map.of(KubernetesLoadBalancerProvider.POLICY, own)));
	}

	// all nine digits: without its leading zeros a fraction is read as too long a time
	private static String seconds(long nanos) {
		return String.format(Locale.ROOT, "%d.%09ds", nanos / 1_000_000_000, nanos % 1_000_000_000);
	}

}
