package io.github.grpck8s.keepalive;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.ChannelTransport;
import io.github.grpck8s.ServerFeature;
import io.github.grpck8s.ServerTransport;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.StackSettings.Setting;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a channel that pings more than the server of the same application permits.
 * Applications are deployed as they are configured, so the peers of that channel most
 * likely have the same rule and would end its connections with too_many_pings. Looks at
 * what is built and changes nothing; servers and channels may be built in any order and
 * by any thread.
 */
public final class PingAgreement implements ServerFeature, ChannelFeature {

	private static final String PERMIT_TIME = ChannelKeepAlive.PREFIX + "server.permit-time";

	private static final String PERMIT_WITHOUT_CALLS = ChannelKeepAlive.PREFIX + "server.permit-without-calls";

	private static final String TIME = ChannelKeepAlive.PREFIX + "client.time";

	private static final String WITHOUT_CALLS = ChannelKeepAlive.PREFIX + "client.without-calls";

	/**
	 * A server asks no more of a client than one ping in two hours, and permits as many
	 * to a client without calls where it "permits none" (KeepAliveEnforcer of grpc-java).
	 */
	private static final Duration ALWAYS_PERMITTED = Duration.ofHours(2);

	private final ServerKeepAlive server;

	private final ChannelKeepAlive channels;

	private final List<? extends ServerTransport> serverTransports;

	private final List<? extends ChannelTransport> channelTransports;

	private final StackSettings stack;

	private final Map<String, Pings> pings = new ConcurrentHashMap<>();

	private volatile @Nullable Permit permit;

	/**
	 * Create the agreement.
	 * @param server what the server permits
	 * @param channels what the channels send
	 * @param serverTransports the transports whose servers count: those with connections
	 * @param channelTransports the transports whose channels count
	 * @param stack what holds where we leave a setting alone
	 */
	public PingAgreement(ServerKeepAlive server, ChannelKeepAlive channels,
			List<? extends ServerTransport> serverTransports, List<? extends ChannelTransport> channelTransports,
			StackSettings stack) {
		this.server = server;
		this.channels = channels;
		this.serverTransports = List.copyOf(serverTransports);
		this.channelTransports = List.copyOf(channelTransports);
		this.stack = stack;
	}

	@Override
	public void applyTo(ServerBuilder<?> builder) {
		if (this.serverTransports.stream().noneMatch((transport) -> transport.builds(builder))) {
			return;
		}
		Permit permitted = new Permit(orStack(this.server.permitTime(), PERMIT_TIME, Duration.class),
				orStack(this.server.permitWithoutCalls(), PERMIT_WITHOUT_CALLS, Boolean.class));
		this.permit = permitted;
		this.pings.forEach((channel, sent) -> check(channel, sent, permitted));
	}

	@Override
	public void applyTo(ChannelSpec channel, ManagedChannelBuilder<?> builder) {
		if (this.channelTransports.stream().noneMatch((transport) -> transport.builds(builder))) {
			return;
		}
		Setting<Duration> time = this.channels.time(channel);
		if (time == null) {
			time = this.stack.channelSetting(TIME, channel, Duration.class);
		}
		if (time == null) {
			return;
		}
		Setting<Boolean> withoutCalls = this.channels.withoutCalls(channel);
		if (withoutCalls == null) {
			withoutCalls = this.stack.channelSetting(WITHOUT_CALLS, channel, Boolean.class);
		}
		Pings sent = new Pings(time, withoutCalls);
		this.pings.put(channel.name(), sent);
		Permit permitted = this.permit;
		if (permitted != null) {
			check(channel.name(), sent, permitted);
		}
	}

	private <T> @Nullable Setting<T> orStack(@Nullable T ours, String property, Class<T> type) {
		return (ours != null) ? new Setting<>(property, ours) : this.stack.serverSetting(property, type);
	}

	private static void check(String channel, Pings sent, Permit permitted) {
		if (sent.time().value().compareTo(ALWAYS_PERMITTED) >= 0) {
			return;
		}
		if (permitted.time() != null && sent.time().value().compareTo(permitted.time().value()) < 0) {
			throw new KeepAliveConflictException(channel, sent.time(), permitted.time());
		}
		if (permitted.withoutCalls() != null && !permitted.withoutCalls().value() && sent.withoutCalls() != null
				&& sent.withoutCalls().value()) {
			throw new KeepAliveConflictException(channel, sent.withoutCalls(), permitted.withoutCalls());
		}
	}

	/**
	 * What a channel sends.
	 *
	 * @param time how often it pings
	 * @param withoutCalls whether also without calls, {@code null} if it does not
	 */
	private record Pings(Setting<Duration> time, @Nullable Setting<Boolean> withoutCalls) {

	}

	/**
	 * What the server permits; what is not known is {@code null} and not checked.
	 *
	 * @param time how often a client may ping
	 * @param withoutCalls whether also without calls
	 */
	private record Permit(@Nullable Setting<Duration> time, @Nullable Setting<Boolean> withoutCalls) {

	}

}
