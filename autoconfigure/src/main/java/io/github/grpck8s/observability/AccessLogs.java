package io.github.grpck8s.observability;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ServerFeature;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * The access log of an application, of its servers and of its clients. Close it to have
 * the last lines written.
 */
public final class AccessLogs implements AutoCloseable {

	/** Parts of the names of headers that are never written. */
	private static final List<String> SECRET = List.of("authorization", "cookie", "token", "secret", "password",
			"credential", "api-key", "apikey", "session", "signature");

	private final AccessLogWriter writer = new AccessLogWriter();

	private final AccessLog log;

	/**
	 * Create the log.
	 * @param sampling the share of calls that leave a line, 0 to 1
	 * @param errors whether calls that do not end with OK leave one in any case
	 * @param headers names of request headers to write; none of {@link #isSecret(String)
	 * those that may hold a secret}
	 * @param infrastructure whether health probes, reflection and channelz leave lines
	 * @param spans whether lines have the ids of spans; needs OpenTelemetry's API
	 */
	public AccessLogs(double sampling, boolean errors, Collection<String> headers, boolean infrastructure,
			boolean spans) {
		this.log = new AccessLog(() -> sampling >= 1 || ThreadLocalRandom.current().nextDouble() < sampling, errors,
				headers.stream()
					.map((name) -> Metadata.Key.of(name.toLowerCase(Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER))
					.toList(),
				infrastructure, spanIds(spans), System::nanoTime, this.writer);
	}

	private static LogContext.@Nullable SpanIds spanIds(boolean spans) {
		return spans ? new OpenTelemetrySpanIds() : null;
	}

	/**
	 * Whether a header may hold what nobody is to find in a log.
	 * @param header its name
	 * @return whether it is refused
	 */
	public static boolean isSecret(String header) {
		String name = header.toLowerCase(Locale.ROOT);
		return SECRET.stream().anyMatch(name::contains);
	}

	/**
	 * The lines of servers.
	 * @return a feature that belongs inside of the one that makes spans
	 */
	public ServerFeature server() {
		return new ServerAccessLog(this.log);
	}

	/**
	 * The lines of clients.
	 * @return a feature that belongs inside of the one that makes spans
	 */
	public ChannelFeature client() {
		return new ClientAccessLog(this.log);
	}

	@Override
	public void close() {
		this.writer.close();
	}

}
