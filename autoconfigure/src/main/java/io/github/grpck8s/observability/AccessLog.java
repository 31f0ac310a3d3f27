package io.github.grpck8s.observability;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Which calls leave a line in the log, and what it says: a share of them, and those that
 * failed. Never what was sent, and of the headers only those that were asked for.
 *
 * @param sampled drawn once for each call: whether it leaves a line however it ends
 * @param errors whether calls that fail leave a line though they were not drawn
 * @param headers the names of the request headers to write, in lower case
 * @param infrastructure whether health probes, reflection and channelz leave lines too
 * @param spanIds the ids of the current span, {@code null} where there are no spans
 * @param ticker the time in nanoseconds, from any origin
 * @param writer takes the lines
 */
record AccessLog(BooleanSupplier sampled, boolean errors, List<Metadata.Key<String>> headers, boolean infrastructure,
		LogContext.@Nullable SpanIds spanIds, LongSupplier ticker, AccessLogWriter writer) {

	/** So many letters of a header are written. */
	private static final int MAX_VALUE = 256;

	/** What is known when a call starts, {@code null} if it will leave no line. */
	@Nullable AccessRecord start(String kind, String method) {
		boolean drawn = this.sampled.getAsBoolean();
		return (drawn || this.errors) ? new AccessRecord(this, kind, method, drawn, this.ticker.getAsLong()) : null;
	}

	/** The headers that may be written, by name. */
	List<String[]> allowed(Metadata request) {
		if (this.headers.isEmpty()) {
			return List.of();
		}
		return this.headers.stream().filter(request::containsKey).map((key) -> {
			String value = String.valueOf(request.get(key));
			return new String[] { key.name(),
					(value.length() > MAX_VALUE) ? value.substring(0, MAX_VALUE) + "…" : value };
		}).toList();
	}

	void ended(AccessRecord call, Status status) {
		if (call.drawn() || !status.isOk()) {
			this.writer.write(call.line(status.getCode(), this.ticker.getAsLong()));
		}
	}

}
