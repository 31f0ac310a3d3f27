package io.github.grpck8s.discovery;

import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says that a Service cannot be followed, but not at every attempt. Not thread-safe; time
 * comes in.
 */
final class FailureLog {

	private static final long INTERVAL = TimeUnit.MINUTES.toNanos(5);

	private static final Logger logger = LoggerFactory.getLogger(FailureLog.class);

	private final ServiceKey service;

	private long last;

	private boolean logged;

	FailureLog(ServiceKey service) {
		this.service = service;
	}

	/**
	 * It failed.
	 * @param known whether endpoints are known from before
	 */
	void failed(Problem problem, boolean known, long now) {
		if (!this.logged || now - this.last >= INTERVAL) {
			this.logged = true;
			this.last = now;
			logger.warn(known ? "Keeping the last known endpoints of {}, trying again: {}"
					: "No endpoints of {} yet, trying again: {}", this.service, problem.description());
		}
	}

	/**
	 * It is well: the next failure is news again, but not each cut.
	 */
	void recovered(long now) {
		if (this.logged && now - this.last >= INTERVAL) {
			this.logged = false;
		}
	}

}
