package io.github.grpck8s.limits;

import java.time.Duration;
import java.util.List;

import io.github.grpck8s.ServerFeature;
import io.github.grpck8s.ServerTransport;
import io.grpc.ServerBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one connection may ask of a server. A value that is {@code null} is left as the
 * builder has it. Builders of an unknown transport get the sizes, which every builder
 * knows.
 *
 * @param maxConcurrentStreams calls that one connection may have open at once, at least 1
 * @param maxResets RST_STREAM frames that one connection may cause in
 * {@code maxResetsWindow} before it is ended, at least 1
 * @param maxResetsWindow the time in which resets are counted, whole seconds
 * @param window initial flow-control window in bytes
 * @param maxMessageSize greatest message in bytes
 * @param maxMetadataSize greatest metadata in bytes, counted as HTTP/2 does: names,
 * values and 32 bytes for each
 * @param transports the builders that are known
 */
public record ServerLimits(@Nullable Integer maxConcurrentStreams, @Nullable Integer maxResets,
		Duration maxResetsWindow, @Nullable Integer window, @Nullable Integer maxMessageSize,
		@Nullable Integer maxMetadataSize, List<ServerTransport> transports) implements ServerFeature {

	private static final Logger logger = LoggerFactory.getLogger(ServerLimits.class);

	@Override
	public void applyTo(ServerBuilder<?> server) {
		try {
			if (this.maxMetadataSize != null) {
				server.maxInboundMetadataSize(this.maxMetadataSize);
			}
			if (this.maxMessageSize != null) {
				server.maxInboundMessageSize(this.maxMessageSize);
			}
		}
		catch (UnsupportedOperationException ex) {
			// in the same process messages have no size
			debug(server, "message size");
		}
		this.transports.stream()
			.filter((transport) -> transport.builds(server))
			.findFirst()
			.ifPresentOrElse((transport) -> applyTo(server, transport),
					() -> debug(server, "streams, resets and window"));
	}

	private void applyTo(ServerBuilder<?> server, ServerTransport transport) {
		if (this.maxConcurrentStreams != null) {
			transport.maxConcurrentStreams(server, this.maxConcurrentStreams);
		}
		if (this.maxResets != null) {
			transport.maxResets(server, this.maxResets, this.maxResetsWindow);
		}
		if (this.window != null) {
			transport.window(server, this.window);
		}
	}

	private static void debug(ServerBuilder<?> server, String what) {
		logger.debug("{} knows no limit of {}", server.getClass().getSimpleName(), what);
	}

}
