package io.github.grpck8s.balancing.autoconfigure;

import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.StackSettings.Setting;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Which policy a channel gets: the one that our properties name for it, else the one that
 * the user named in the words of the stack, else the one for all {@code k8s:} targets.
 */
final class PolicyOfChannel implements Function<ChannelSpec, @Nullable String> {

	private static final String PROPERTY = BalancingProperties.PREFIX + "policy";

	private final BalancingProperties properties;

	private final StackSettings stack;

	PolicyOfChannel(BalancingProperties properties, StackSettings stack) {
		this.properties = properties;
		this.stack = stack;
		check(PROPERTY, properties.policy());
		properties.channels().forEach((name, channel) -> {
			if (channel.policy() != null) {
				check(BalancingProperties.PREFIX + "channels." + name + ".policy", channel.policy());
			}
		});
	}

	@Override
	public @Nullable String apply(ChannelSpec channel) {
		String own = this.properties.policyOf(channel.name());
		if (own != null) {
			return own;
		}
		if (!channel.isKubernetes()) {
			return null;
		}
		if (this.stack.keepsChannel(PROPERTY, channel)) {
			Setting<String> theirs = this.stack.channelSetting(PROPERTY, channel, String.class);
			if (theirs == null) {
				return null;
			}
			check(theirs.property(), theirs.value());
			return theirs.value();
		}
		return this.properties.policy();
	}

	private static void check(String property, String policy) {
		if (!isKnown(policy)) {
			throw new InvalidSettingException(property, policy,
					"must be a load-balancing policy that gRPC knows (" + String.join(", ", known()) + ")",
					"Check the name; some policies need io.grpc:grpc-xds on the class path.");
		}
		if (!needsNoConfiguration(policy)) {
			throw new InvalidSettingException(property, policy,
					"must be a load-balancing policy that runs without a configuration",
					"Name the policy below it instead, or give the channel a service config of its own.");
		}
	}

	private static boolean needsNoConfiguration(String policy) {
		LoadBalancerProvider provider = LoadBalancerRegistry.getDefaultRegistry().getProvider(policy);
		return provider != null && provider.parseLoadBalancingPolicyConfig(Map.of()).getError() == null;
	}

	private static boolean isKnown(String policy) {
		return LoadBalancerRegistry.getDefaultRegistry().getProvider(policy) != null;
	}

	/**
	 * The registry does not tell; nearly all that is in it was found this way.
	 */
	private static Set<String> known() {
		Set<String> names = new TreeSet<>();
		try {
			for (LoadBalancerProvider provider : ServiceLoader.load(LoadBalancerProvider.class,
					LoadBalancerProvider.class.getClassLoader())) {
				names.add(provider.getPolicyName());
			}
		}
		catch (ServiceConfigurationError ignored) {
			// tell those found so far
		}
		return names;
	}

}
