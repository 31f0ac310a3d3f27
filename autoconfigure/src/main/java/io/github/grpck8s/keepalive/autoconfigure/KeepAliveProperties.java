package io.github.grpck8s.keepalive.autoconfigure;

import java.time.Duration;
import java.util.Map;

import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.keepalive.ChannelPings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Keep-alive of connections.
 *
 * @param enabled Whether to manage keep-alive
 * @param server What servers do
 * @param client What channels do
 * @param channels What single channels do, by the name of the channel
 */
@ConfigurationProperties("grpc.k8s.keepalive")
record KeepAliveProperties(@DefaultValue("true") boolean enabled, @DefaultValue Server server,
		@DefaultValue Client client, @DefaultValue Map<String, Channel> channels) {

	private static final String PREFIX = "grpc.k8s.keepalive.";

	/** gRPC raises less, on the client and on the server (KeepAliveManager). */
	private static final Duration LEAST_TIME = Duration.ofSeconds(10);

	/** gRPC raises less (KeepAliveManager). */
	private static final Duration LEAST_TIMEOUT = Duration.ofMillis(10);

	/** gRPC raises less (NettyServerBuilder, ManagedChannelImplBuilder). */
	private static final Duration LEAST_AGE = Duration.ofSeconds(1);

	KeepAliveProperties {
		channels.forEach((name, channel) -> {
			String prefix = PREFIX + "channels." + name + ".";
			if (channel.time() != null) {
				requireTime(prefix + "time", channel.time());
			}
			if (channel.timeout() != null) {
				requireTimeout(prefix + "timeout", channel.timeout());
			}
			if (channel.idleTimeout() != null) {
				requireAge(prefix + "idle-timeout", channel.idleTimeout());
			}
		});
	}

	private static void requireTime(String property, Duration value) {
		if (value.compareTo(LEAST_TIME) < 0) {
			throw new InvalidSettingException(property, value, "must be 10s or more",
					"gRPC never pings more often: set 10s or more, 1000d or more for never.");
		}
	}

	private static void requireTimeout(String property, Duration value) {
		if (value.compareTo(LEAST_TIMEOUT) < 0) {
			throw new InvalidSettingException(property, value, "must be 10ms or more",
					"Set the time in which a peer must have answered a ping, for example 10s.");
		}
	}

	private static void requireAge(String property, Duration value) {
		if (!value.isZero() && value.compareTo(LEAST_AGE) < 0) {
			throw new InvalidSettingException(property, value, "must be 1s or more, or 0 for never",
					"Set a time such as 30m, or 0 to let connections live.");
		}
	}

	/**
	 * What servers do.
	 *
	 * @param time Quiet time after which the server pings the client
	 * @param timeout Time the server waits for the answer to its ping
	 * @param permitTime Least time between two pings of a client
	 * @param permitWithoutCalls Whether clients may ping while they have no call open
	 * @param maxConnectionAge Age at which a connection is ended politely, 0 for never
	 * @param maxConnectionAgeGrace Time that calls have to end when their connection has
	 * reached its age
	 * @param maxConnectionIdle Time without calls after which a connection is ended
	 * politely, 0 for never
	 */
	record Server(@DefaultValue("2h") Duration time, @DefaultValue("20s") Duration timeout,
			@DefaultValue("10s") Duration permitTime, @DefaultValue("true") boolean permitWithoutCalls,
			@DefaultValue("30m") Duration maxConnectionAge, @DefaultValue("5m") Duration maxConnectionAgeGrace,
			@DefaultValue("15m") Duration maxConnectionIdle) {

		Server {
			requireTime(PREFIX + "server.time", time);
			requireTimeout(PREFIX + "server.timeout", timeout);
			if (permitTime.isNegative()) {
				throw new InvalidSettingException(PREFIX + "server.permit-time", permitTime, "must be 0 or more",
						"Set the least time between two pings of a client, 0 to permit any number.");
			}
			requireAge(PREFIX + "server.max-connection-age", maxConnectionAge);
			if (maxConnectionAgeGrace.isNegative() || maxConnectionAgeGrace.isZero()) {
				throw new InvalidSettingException(PREFIX + "server.max-connection-age-grace", maxConnectionAgeGrace,
						"must be positive", "Set a time in which your longest unary call ends, for example 5m.");
			}
			requireAge(PREFIX + "server.max-connection-idle", maxConnectionIdle);
		}

	}

	/**
	 * What channels do.
	 *
	 * @param time Quiet time after which a channel pings the server; the default holds
	 * for k8s: targets only
	 * @param timeout Time the channel waits for the answer to its ping before it gives
	 * the connection up; the default holds for k8s: targets only
	 * @param withoutCalls Whether a channel pings while it has no call open; the default
	 * holds for k8s: targets only
	 * @param idleTimeout Time without calls after which a channel gives up its
	 * connections, 0 for never; the default holds for k8s: targets only
	 */
	record Client(@DefaultValue("30s") Duration time, @DefaultValue("10s") Duration timeout,
			@DefaultValue("true") boolean withoutCalls, @DefaultValue("0") Duration idleTimeout) {

		Client {
			requireTime(PREFIX + "client.time", time);
			requireTimeout(PREFIX + "client.timeout", timeout);
			requireAge(PREFIX + "client.idle-timeout", idleTimeout);
		}

		ChannelPings pings() {
			return new ChannelPings(this.time, this.timeout, this.withoutCalls, this.idleTimeout);
		}

	}

	/**
	 * What one channel does.
	 *
	 * @param time Quiet time after which this channel pings the server
	 * @param timeout Time this channel waits for the answer to its ping
	 * @param withoutCalls Whether this channel pings while it has no call open
	 * @param idleTimeout Time without calls after which this channel gives up its
	 * connections, 0 for never
	 */
	record Channel(@Nullable Duration time, @Nullable Duration timeout, @Nullable Boolean withoutCalls,
			@Nullable Duration idleTimeout) {

		ChannelPings pings() {
			return new ChannelPings(this.time, this.timeout, this.withoutCalls, this.idleTimeout);
		}

	}

}
