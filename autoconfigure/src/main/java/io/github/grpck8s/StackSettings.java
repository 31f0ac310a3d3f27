package io.github.grpck8s;

import org.jspecify.annotations.Nullable;

/**
 * Whether the user has already made a setting in the words of the stack. A room asks
 * before it applies one of its settings: what the user wrote for the stack beats our
 * default, and what the user wrote for us beats both (the stack's adapter says so in the
 * log).
 */
public interface StackSettings {

	/**
	 * Without a stack there is nothing to leave alone.
	 */
	StackSettings NONE = new StackSettings() {

		@Override
		public boolean keepsServer(String property) {
			return false;
		}

		@Override
		public boolean keepsChannel(String property, ChannelSpec channel) {
			return false;
		}

	};

	/**
	 * Whether the server must keep the stack's value.
	 * @param property our property, for example {@code grpc.k8s.keepalive.server.time}
	 * @return {@code true} if the user set the stack's counterpart and not ours
	 */
	boolean keepsServer(String property);

	/**
	 * Whether a channel must keep the stack's value.
	 * @param property our property, for example {@code grpc.k8s.keepalive.client.time}
	 * @param channel which channel it is
	 * @return {@code true} if the user set the stack's counterpart, for this channel or
	 * for all, and not ours
	 */
	boolean keepsChannel(String property, ChannelSpec channel);

	/**
	 * What the stack's value is, for the rooms that build on it instead of leaving it
	 * alone.
	 * @param property our property, for example {@code grpc.k8s.balancing.policy}
	 * @param channel which channel it is
	 * @return what the user wrote for the stack's counterpart, {@code null} if
	 * {@link #keepsChannel} says no or the adapter does not know
	 */
	default @Nullable String channelValue(String property, ChannelSpec channel) {
		return null;
	}

}
