package io.github.grpck8s.resilience;

import java.util.function.Function;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.StatusHint;
import io.github.grpck8s.StatusHintFeature;
import io.grpc.ManagedChannelBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Gives a deadline to the calls of a channel that have none.
 */
public class DeadlineFeature implements ChannelFeature, StatusHintFeature {

	private final Function<ChannelSpec, DeadlineRules> rules;

	/**
	 * Create the feature.
	 * @param rules the default deadlines of a channel
	 */
	public DeadlineFeature(Function<ChannelSpec, DeadlineRules> rules) {
		this.rules = rules;
	}

	@Override
	public @Nullable StatusHint hint(ChannelSpec channel) {
		DeadlineRules applied = this.rules.apply(channel);
		return applied.isEmpty() ? null : new DefaultDeadlineInterceptor(applied);
	}

	@Override
	public void applyTo(ChannelSpec channel, ManagedChannelBuilder<?> builder) {
		DeadlineRules applied = this.rules.apply(channel);
		if (!applied.isEmpty()) {
			builder.intercept(new DefaultDeadlineInterceptor(applied));
		}
	}

}
