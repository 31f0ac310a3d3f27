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

	void check(NetDevhChannels channels) {
		for (ChannelSpec channel : channels.withAddress()) {
			this.rules.orderedStream().forEach((rule) -> check(rule, channel));
		}
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
