package io.github.grpck8s.keepalive;

import java.time.Duration;
import java.util.Map;
import java.util.function.Function;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.StackSettings.Setting;
import io.grpc.ManagedChannelBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

/**
 * The pings that channels send. Each value is looked for in turn in what is set for the
 * channel by name, in what is set for all channels, and, for {@code k8s:} targets only,
 * in the defaults: the servers behind any other target are not known to permit such
 * pings. So too for the time after which a channel goes idle.
 *
 * @param kubernetes the defaults for {@code k8s:} targets
 * @param all what the user set for all channels
 * @param channels what the user set for single channels, by name
 * @param stack what the user set in the words of the stack
 */
public record ChannelKeepAlive(ChannelPings kubernetes, ChannelPings all, Map<String, ChannelPings> channels,
		StackSettings stack) implements ChannelFeature {

	private static final Logger logger = LoggerFactory.getLogger(ChannelKeepAlive.class);

	/** From here on gRPC never goes idle (ManagedChannelImplBuilder). */
	private static final long NEVER_IDLE_DAYS = 30;

	static final String PREFIX = "grpc.k8s.keepalive.";

	@Override
	public void applyTo(ChannelSpec channel, ManagedChannelBuilder<?> builder) {
		Setting<Duration> time = time(channel);
		Setting<Duration> timeout = ours("timeout", channel, ChannelPings::timeout);
		Setting<Boolean> withoutCalls = withoutCalls(channel);
		Setting<Duration> idleTimeout = ours("idle-timeout", channel, ChannelPings::idleTimeout);
		try {
			if (idleTimeout != null) {
				idleTimeout(builder, idleTimeout.value());
			}
			if (time != null) {
				builder.keepAliveTime(NANOSECONDS.convert(time.value()), NANOSECONDS);
			}
			if (timeout != null) {
				builder.keepAliveTimeout(NANOSECONDS.convert(timeout.value()), NANOSECONDS);
			}
			if (withoutCalls != null) {
				builder.keepAliveWithoutCalls(withoutCalls.value());
			}
		}
		catch (UnsupportedOperationException ex) {
			logger.debug("Channel '{}': {} knows no keep-alive", channel.name(), builder.getClass().getSimpleName());
		}
	}

	private static void idleTimeout(ManagedChannelBuilder<?> builder, Duration timeout) {
		if (timeout.isZero()) {
			builder.idleTimeout(NEVER_IDLE_DAYS, DAYS);
		}
		else {
			builder.idleTimeout(NANOSECONDS.convert(timeout), NANOSECONDS);
		}
	}

	/**
	 * How often a channel pings, as far as we set it.
	 * @param channel which channel it is
	 * @return the setting, {@code null} if it is the stack's
	 */
	@Nullable Setting<Duration> time(ChannelSpec channel) {
		return ours("time", channel, ChannelPings::time);
	}

	/**
	 * Whether a channel pings without calls, as far as we set it.
	 * @param channel which channel it is
	 * @return the setting, {@code null} if it is the stack's
	 */
	@Nullable Setting<Boolean> withoutCalls(ChannelSpec channel) {
		return ours("without-calls", channel, ChannelPings::withoutCalls);
	}

	private <T> @Nullable Setting<T> ours(String name, ChannelSpec channel, Function<ChannelPings, @Nullable T> value) {
		T single = value.apply(this.channels.getOrDefault(channel.name(), ChannelPings.NONE));
		if (single != null) {
			return new Setting<>(PREFIX + "channels." + channel.name() + "." + name, single);
		}
		T general = value.apply(this.all);
		if (general == null && channel.isKubernetes()) {
			general = value.apply(this.kubernetes);
		}
		String property = PREFIX + "client." + name;
		if (general == null || this.stack.keepsChannel(property, channel)) {
			return null;
		}
		return new Setting<>(property, general);
	}

}
