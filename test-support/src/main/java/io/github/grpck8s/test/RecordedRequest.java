package io.github.grpck8s.test;

import java.time.Instant;
import java.util.Map;

/**
 * A request that came in, answered or not.
 *
 * @param time when it came
 * @param method the method, for example {@code GET}
 * @param path the path without the query
 * @param query the decoded parameters of the query
 * @param headers the headers with names in lower case, without {@code authorization}
 * @param tokenAccepted whether it carried a token that is accepted
 * @param kind what it asked for
 */
public record RecordedRequest(Instant time, String method, String path, Map<String, String> query,
		Map<String, String> headers, boolean tokenAccepted, Kind kind) {

	/**
	 * What a request asks for.
	 */
	public enum Kind {

		/**
		 * The first page of a list of EndpointSlices.
		 */
		LIST,

		/**
		 * A further page of a list.
		 */
		PAGE,

		/**
		 * A watch of EndpointSlices.
		 */
		WATCH,

		/**
		 * Anything else; it is answered with 404.
		 */
		OTHER

	}

	/**
	 * Who asked.
	 * @return the header {@code User-Agent}, empty without
	 */
	public String userAgent() {
		return this.headers.getOrDefault("user-agent", "");
	}

}
