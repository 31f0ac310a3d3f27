package io.github.grpck8s.keepalive;

import java.time.Duration;

import io.github.grpck8s.ServerFeature;
import io.grpc.ServerBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

/**
 * What a server does about its connections: the pings it sends and permits, and how long
 * a connection lives. A value that is {@code null} is left as the builder has it.
 *
 * @param time quiet time after which the server pings the client, at least 10 s (gRPC
 * raises less)
 * @param timeout how long it waits for the answer, at least 10 ms
 * @param permitTime least time between two pings of a client; a client that pings more
 * often is sent away with too_many_pings
 * @param permitWithoutCalls whether a client may ping while it has no call open
 * @param maxConnectionAge age at which a connection is ended politely, at least 1 s, zero
 * for never; gRPC varies it by 10 % so that connections do not all end at once
 * @param maxConnectionAgeGrace how long calls may go on after that
 * @param maxConnectionIdle time without calls after which a connection is ended, at least
 * 1 s, zero for never
 */
public record ServerKeepAlive(@Nullable Duration time, @Nullable Duration timeout, @Nullable Duration permitTime,
		@Nullable Boolean permitWithoutCalls, @Nullable Duration maxConnectionAge,
		@Nullable Duration maxConnectionAgeGrace, @Nullable Duration maxConnectionIdle) implements ServerFeature {

	private static final Logger logger = LoggerFactory.getLogger(ServerKeepAlive.class);

	@Override
	public void applyTo(ServerBuilder<?> server) {
		try {
			apply(server);
		}
		catch (UnsupportedOperationException ex) {
			// only a transport with connections has this, one in the same process has not
			logger.debug("{} knows no keep-alive", server.getClass().getSimpleName());
		}
	}

	private void apply(ServerBuilder<?> server) {
		if (this.time != null) {
			server.keepAliveTime(NANOSECONDS.convert(this.time), NANOSECONDS);
		}
		if (this.timeout != null) {
			server.keepAliveTimeout(NANOSECONDS.convert(this.timeout), NANOSECONDS);
		}
		if (this.permitTime != null) {
			server.permitKeepAliveTime(NANOSECONDS.convert(this.permitTime), NANOSECONDS);
		}
		if (this.permitWithoutCalls != null) {
			server.permitKeepAliveWithoutCalls(this.permitWithoutCalls);
		}
		if (this.maxConnectionAge != null) {
			server.maxConnectionAge(nanosOrNever(this.maxConnectionAge), NANOSECONDS);
		}
		if (this.maxConnectionAgeGrace != null) {
			server.maxConnectionAgeGrace(NANOSECONDS.convert(this.maxConnectionAgeGrace), NANOSECONDS);
		}
		if (this.maxConnectionIdle != null) {
			server.maxConnectionIdle(nanosOrNever(this.maxConnectionIdle), NANOSECONDS);
		}
	}

	private static long nanosOrNever(Duration duration) {
		return duration.isZero() ? Long.MAX_VALUE : NANOSECONDS.convert(duration);
	}

}
