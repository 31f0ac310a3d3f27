package io.github.grpck8s.observability;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import org.jspecify.annotations.Nullable;

/**
 * Closes OpenTelemetry's SDK in bounded time. Its own {@code close()} waits for 10 s and
 * more when no Collector answers.
 */
public final class TelemetryClosing implements AutoCloseable {

	/**
	 * Says at INFO that it was closed before: here first, then by whoever made it.
	 */
	private static final Logger SDK_LOGGER = Logger.getLogger(OpenTelemetrySdk.class.getName());

	private final @Nullable OpenTelemetry openTelemetry;

	private final OtlpReport report;

	private final Duration timeout;

	/**
	 * Create the closing.
	 * @param openTelemetry what to close; left alone when it is no SDK
	 * @param report is told how it ended
	 * @param timeout how long to wait for what is still to be exported
	 */
	public TelemetryClosing(@Nullable OpenTelemetry openTelemetry, OtlpReport report, Duration timeout) {
		this.openTelemetry = openTelemetry;
		this.report = report;
		this.timeout = timeout;
	}

	/**
	 * Export what is left and close, or give up after the time-out. What is still running
	 * then runs on daemon threads.
	 */
	@Override
	public void close() {
		if (this.openTelemetry instanceof OpenTelemetrySdk sdk) {
			this.report.closed(complete(sdk));
		}
	}

	private boolean complete(OpenTelemetrySdk sdk) {
		if (SDK_LOGGER.getLevel() == null) {
			SDK_LOGGER.setLevel(Level.WARNING);
		}
		CompletableFuture<Boolean> complete = new CompletableFuture<>();
		// in a thread of its own, because the reader of metrics blocks its caller
		Thread closing = new Thread(() -> {
			var result = sdk.shutdown();
			result.whenComplete(() -> complete.complete(result.isSuccess()));
		}, "grpc-k8s-telemetry-closing");
		closing.setDaemon(true);
		closing.start();
		try {
			return complete.get(this.timeout.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException | ExecutionException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

}
