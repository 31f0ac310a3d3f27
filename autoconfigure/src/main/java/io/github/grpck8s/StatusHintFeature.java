package io.github.grpck8s;

import org.jspecify.annotations.Nullable;

/**
 * What one room has to say about calls that fail. All rooms share one interceptor,
 * {@link StatusHints}: a call that goes well does not pay for each of them.
 */
@FunctionalInterface
public interface StatusHintFeature {

	/**
	 * The hint for one channel. Called on the thread that builds the channel; must not
	 * block.
	 * @param channel which channel it is
	 * @return asked about each of its calls that fails, {@code null} for nothing to say
	 */
	@Nullable StatusHint hint(ChannelSpec channel);

}
