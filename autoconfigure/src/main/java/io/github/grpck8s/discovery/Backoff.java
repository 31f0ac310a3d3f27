package io.github.grpck8s.discovery;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * How long to wait before the API server is asked again. Everything is jittered: the cut
 * that one client sees, all see at the same instant. Not thread-safe.
 */
final class Backoff {

	private static final long FIRST_MILLIS = 3_000;

	private static final long MAX_MILLIS = 30_000;

	private static final long MAX_SAID_SECONDS = 3_600;

	private final RandomGenerator random;

	private int failures;

	Backoff(RandomGenerator random) {
		this.random = random;
	}

	/**
	 * The API server answered as it should.
	 */
	void succeeded() {
		this.failures = 0;
	}

	/**
	 * After a cut or a failure: uniform in 0 to 3 s, then up to twice as much each time,
	 * at most 30 s.
	 * @return milliseconds
	 */
	long afterFailure() {
		long limit = Math.min(MAX_MILLIS, FIRST_MILLIS << Math.min(this.failures, 10));
		this.failures++;
		return this.random.nextLong(limit + 1);
	}

	/**
	 * After a watch ended as agreed: uniform in 0 to 2 s.
	 * @return milliseconds
	 */
	long afterCleanEnd() {
		return this.random.nextLong(2_001);
	}

	/**
	 * Before a new list because the old version has expired: uniform in 0 to 1 s.
	 * @return milliseconds
	 */
	long beforeRelist() {
		return this.random.nextLong(1_001);
	}

	/**
	 * When the API server says how long to wait: that, and up to 1 s more.
	 * @param retryAfter the header {@code Retry-After}, seconds or a date (RFC 9110,
	 * 10.2.3), or {@code null}
	 * @return milliseconds
	 */
	long afterRefusal(@Nullable String retryAfter) {
		long seconds = seconds(retryAfter);
		if (seconds < 0) {
			return afterFailure();
		}
		this.failures++;
		return seconds * 1_000 + this.random.nextLong(1_001);
	}

	private static long seconds(@Nullable String retryAfter) {
		if (retryAfter == null) {
			return -1;
		}
		String text = retryAfter.strip();
		try {
			long seconds = text.matches("\\d+") ? Long.parseLong(text) : secondsUntil(text);
			return Math.min(seconds, MAX_SAID_SECONDS);
		}
		catch (NumberFormatException | DateTimeException ignored) {
			return -1;
		}
	}

	/**
	 * A proxy before the API server may say it so.
	 */
	private static long secondsUntil(String date) {
		Instant then = DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
		return Math.max(0, Duration.between(Instant.now(), then).toSeconds());
	}

}
