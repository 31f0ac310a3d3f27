package io.github.grpck8s.stack.netdevh;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.TargetRule;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Stops the application when the address of a channel can never work. grpc-java itself
 * would say so at the first call, and for some forms without naming the fault.
 */
class AddressCheck {

	private final ObjectProvider<TargetRule> rules;

	AddressCheck(ObjectProvider<TargetRule> rules) {
		this.rules = rules;
	}

	/**
	 * Check every channel that has an address, used or not.
	 * @param channels the channels
	 */
	void check(NetDevhChannels channels) {
		channels.withAddress().forEach(this::check);
	}

	/**
	 * Check one channel, before it is built.
	 * @param channel the channel
	 */
	void check(ChannelSpec channel) {
		this.rules.orderedStream().forEach((rule) -> check(rule, channel));
	}

	private static void check(TargetRule rule, ChannelSpec channel) {
		try {
			rule.check(channel.target());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSettingException("grpc.client." + channel.name() + ".address", channel.target(),
					"must be a target that can be resolved", String.valueOf(ex.getMessage()));
		}
	}

}
