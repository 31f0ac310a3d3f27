package io.github.grpck8s.limits;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory that the calls of one connection share. Safe for all threads.
 */
final class Budget {

	private static final Logger logger = LoggerFactory.getLogger(Budget.class);

	private final long limit;

	private final String peer;

	private final AtomicLong used = new AtomicLong();

	private final AtomicBoolean warned = new AtomicBoolean();

	Budget(long limit, String peer) {
		this.limit = limit;
		this.peer = peer;
	}

	void take(long bytes) {
		this.used.addAndGet(bytes);
	}

	void giveBack(long bytes) {
		this.used.addAndGet(-bytes);
	}

	/**
	 * Whether nothing is left.
	 * @param exempt bytes that do not count
	 * @return whether the others use up the whole
	 */
	boolean isUsedUp(long exempt) {
		return this.used.get() - exempt >= this.limit;
	}

	/**
	 * Describe the end of a call, and log it, once for a connection.
	 * @param why what the call wanted to keep
	 * @return for the status of the call
	 */
	String refuse(String why) {
		String description = this.limit + " bytes of this connection wait in memory: " + why
				+ " (limit: grpc.k8s.limits.max-buffered-size of the server)";
		if (this.warned.compareAndSet(false, true)) {
			logger.warn("Ended a call of {}: {}. Further ones of this connection are not logged", this.peer,
					description);
		}
		return description;
	}

}
