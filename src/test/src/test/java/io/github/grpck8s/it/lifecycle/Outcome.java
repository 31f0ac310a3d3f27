package io.github.grpck8s.it.lifecycle;

import io.grpc.Status;

/**
 * How one call went. Times are those of {@link System#nanoTime()}.
 *
 * @param kind which call it was
 * @param startedAt when it began
 * @param endedAt when it was over
 * @param status its status
 * @param key what the server has noted of it if it was executed, empty for calls that are
 * not counted
 */
record Outcome(Kind kind, long startedAt, long endedAt, Status status, String key) {

	boolean isOk() {
		return this.status.isOk();
	}

	boolean endedBefore(long time) {
		return this.endedAt - time < 0;
	}

	/**
	 * The calls of the load.
	 */
	enum Kind {

		/** Unary and idempotent. */
		GET_USER,

		/** A stream that the server ends. */
		LIST_USERS,

		/** A stream of both. */
		LOOK_UP_USERS,

		/** Not idempotent: executed twice it would be seen. */
		IMPORT_USERS

	}

}
