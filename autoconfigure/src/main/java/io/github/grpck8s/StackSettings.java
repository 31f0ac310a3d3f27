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
	 * What holds for the server where it keeps the stack's value, the stack's default
	 * included.
	 * @param <T> the type of the value
	 * @param property our property, for example
	 * {@code grpc.k8s.keepalive.server.permit-time}
	 * @param type the type of the value
	 * @return the setting in the words of the stack, {@code null} if it has none or it is
	 * switched off
	 */
	default <T> @Nullable Setting<T> serverSetting(String property, Class<T> type) {
		return null;
	}

	/**
	 * The port that the stack's server listens on, its default included.
	 * @return the setting in the words of the stack, {@code null} if there is no server
	 * or its port is not known
	 */
	default @Nullable Setting<Integer> serverPort() {
		return null;
	}

	/**
	 * What holds for a channel where it keeps the stack's value, the stack's default
	 * included.
	 * @param <T> the type of the value
	 * @param property our property, for example {@code grpc.k8s.keepalive.client.time}
	 * @param channel which channel it is
	 * @param type the type of the value
	 * @return the setting in the words of the stack, {@code null} if it has none or it is
	 * switched off
	 */
	default <T> @Nullable Setting<T> channelSetting(String property, ChannelSpec channel, Class<T> type) {
		return null;
	}

	/**
	 * A setting and what it is set to, for messages that name both.
	 *
	 * @param <T> the type of the value
	 * @param property full name of the property
	 * @param value the value
	 */
	record Setting<T>(String property, T value) {

		@Override
		public String toString() {
			return this.property + ": " + this.value;
		}

	}

}
