package io.github.grpck8s.discovery;

import java.nio.ByteBuffer;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Asks a Kubernetes API server over HTTP. Never blocks; does not retry.
 */
interface ApiServer extends AutoCloseable {

	/**
	 * Where it is, for messages.
	 */
	String url();

	/**
	 * The service account that it is asked as, for messages.
	 * @return {@code namespace/name}, or {@code null} if unknown
	 */
	@Nullable String serviceAccount();

	/**
	 * Send a GET request.
	 * @param path path and query
	 * @param timeout limit for the headers of the response to arrive
	 * @param listener is told what comes of it, one call at a time, on a thread of the
	 * HTTP client
	 * @return the exchange, to cancel it
	 */
	Exchange get(String path, Duration timeout, Listener listener);

	@Override
	void close();

	/**
	 * A request that was sent.
	 */
	@FunctionalInterface
	interface Exchange {

		/**
		 * Give it up and close its connection. The listener may still be called.
		 */
		void cancel();

	}

	/**
	 * Is told what comes of a request.
	 */
	interface Listener {

		/**
		 * The headers came.
		 * @param status the status code
		 * @param retryAfter the header {@code Retry-After}, or {@code null}
		 */
		void headers(int status, @Nullable String retryAfter);

		/**
		 * A part of the body came.
		 * @param part the part, valid during the call only
		 */
		void data(ByteBuffer part);

		/**
		 * The response ended; the last call.
		 * @param cause why it was cut short, or {@code null} if it is complete
		 */
		void end(@Nullable Throwable cause);

	}

}
