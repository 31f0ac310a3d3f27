package io.github.grpck8s.keepalive;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.StackSettings.Setting;
import io.github.grpck8s.StatusHint;
import io.github.grpck8s.StatusHintFeature;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once per channel what to do when a server sends a channel away because of its
 * pings. gRPC itself only doubles the time between pings, silently, after each such
 * failure. Watches the channels whose pings we set.
 *
 * @param pings what the channels send
 */
public record TooManyPingsHint(ChannelKeepAlive pings) implements StatusHintFeature {

	private static final Logger logger = LoggerFactory.getLogger(TooManyPingsHint.class);

	private static final String DEBUG_DATA = "too_many_pings";

	@Override
	public @Nullable StatusHint hint(ChannelSpec channel) {
		Setting<Duration> time = this.pings.time(channel);
		return (time != null) ? new Hint(channel, time, new AtomicBoolean()) : null;
	}

	/**
	 * Looks at how calls end.
	 *
	 * @param channel which channel it is
	 * @param time what makes it ping
	 * @param said whether the warning was given
	 */
	private record Hint(ChannelSpec channel, Setting<Duration> time, AtomicBoolean said) implements StatusHint {

		@Override
		public Status explain(MethodDescriptor<?, ?> method, CallOptions options, Status status) {
			String description = status.getDescription();
			if (description != null && description.contains(DEBUG_DATA) && this.said.compareAndSet(false, true)) {
				warn();
			}
			return status;
		}

		private void warn() {
			logger.warn(
					"A server of {} ended a connection of channel '{}' with {}: it permits fewer pings"
							+ " than '{}' ({}) sends. Raise that, or lower what the server permits"
							+ " ('grpc.k8s.keepalive.server.permit-time' and"
							+ " 'grpc.k8s.keepalive.server.permit-without-calls' there;"
							+ " by default gRPC permits one ping in 5 minutes, none without calls)",
					this.channel.target(), this.channel.name(), DEBUG_DATA, this.time.property(), this.time.value());
		}

	}

}
