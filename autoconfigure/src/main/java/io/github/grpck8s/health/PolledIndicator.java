package io.github.grpck8s.health;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of one indicator. Any thread may call.
 */
final class PolledIndicator {

	private static final Logger logger = LoggerFactory.getLogger(PolledIndicator.class);

	private final String name;

	private volatile @Nullable String status;

	/** Whether it was asked and has not come back. */
	private boolean asked;

	/** Whether it ran out of time, when it was asked last. */
	private boolean late;

	PolledIndicator(String name) {
		this.name = name;
	}

	@Nullable String status() {
		return this.status;
	}

	/**
	 * Note that it is asked now.
	 * @return {@code false} if it must not be asked because it has not come back
	 */
	synchronized boolean ask() {
		if (this.asked) {
			return false;
		}
		this.asked = true;
		return true;
	}

	/**
	 * Note that it was not asked after all.
	 */
	synchronized void notAsked() {
		this.asked = false;
	}

	/**
	 * Note that it came back.
	 * @param answer the code of the status
	 * @return whether the status differs from the one before
	 */
	synchronized boolean answered(String answer) {
		this.asked = false;
		boolean tooLate = this.late;
		this.late = false;
		return !tooLate && set(answer);
	}

	/**
	 * Note that its time is up.
	 * @param timeoutNanos how long it had
	 * @param timeouts counts those that run out of time
	 * @return whether the status differs from the one before
	 */
	synchronized boolean late(long timeoutNanos, LongAdder timeouts) {
		if (!this.asked) {
			return false;
		}
		timeouts.increment();
		this.late = true;
		boolean differs = set(Indicator.DOWN);
		if (differs) {
			logger.warn("Health indicator '{}' has not answered for {} (grpc.k8s.health.timeout):"
					+ " it counts as DOWN until it does", this.name, Duration.ofNanos(timeoutNanos));
		}
		return differs;
	}

	private boolean set(String now) {
		String before = this.status;
		this.status = now;
		return !now.equals(before);
	}

}
