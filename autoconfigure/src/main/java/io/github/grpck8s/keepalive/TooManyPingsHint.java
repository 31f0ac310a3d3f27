package io.github.grpck8s.keepalive;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.StackSettings.Setting;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once per channel what to do when a server sends a channel away because of its
 * pings. gRPC itself only doubles the time between pings, silently, after each such
 * failure. Watches the channels whose pings we set.
 *
 * @param pings what the channels send
 */
public record TooManyPingsHint(ChannelKeepAlive pings) implements ChannelFeature {

	private static final Logger logger = LoggerFactory.getLogger(TooManyPingsHint.class);

	private static final String DEBUG_DATA = "too_many_pings";

	@Override
	public void applyTo(ChannelSpec channel, ManagedChannelBuilder<?> builder) {
		Setting<Duration> time = this.pings.time(channel);
		if (time != null) {
			builder.intercept(new Interceptor(channel, time, new AtomicBoolean()));
		}
	}

	/**
	 * Looks at how calls end.
	 *
	 * @param channel which channel it is
	 * @param time what makes it ping
	 * @param said whether the warning was given
	 */
	private record Interceptor(ChannelSpec channel, Setting<Duration> time,
			AtomicBoolean said) implements ClientInterceptor {

		@Override
		public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
			ClientCall<Q, A> call = next.newCall(method, options);
			return this.said.get() ? call : new SimpleForwardingClientCall<>(call) {

				@Override
				public void start(Listener<A> listener, Metadata headers) {
					super.start(new SimpleForwardingClientCallListener<>(listener) {

						@Override
						public void onClose(Status status, Metadata trailers) {
							look(status);
							super.onClose(status, trailers);
						}

					}, headers);
				}

			};
		}

		private void look(Status status) {
			String description = status.isOk() ? null : status.getDescription();
			if (description != null && description.contains(DEBUG_DATA) && this.said.compareAndSet(false, true)) {
				logger.warn(
						"A server of {} ended a connection of channel '{}' with {}: it permits fewer pings"
								+ " than '{}' ({}) sends. Raise that, or lower what the server permits"
								+ " ('grpc.k8s.keepalive.server.permit-time' and"
								+ " 'grpc.k8s.keepalive.server.permit-without-calls' there;"
								+ " by default gRPC permits one ping in 5 minutes, none without calls)",
						this.channel.target(), this.channel.name(), DEBUG_DATA, this.time.property(),
						this.time.value());
			}
		}

	}

}
