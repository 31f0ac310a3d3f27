package io.github.grpck8s.resilience;

import java.time.Duration;

/**
 * How long a call may take that says nothing of it itself.
 *
 * @param time the limit, counted from when the call is made; zero for none
 * @param property full name of the property that sets it, for the caller who runs into it
 */
public record DefaultDeadline(Duration time, String property) {

	boolean isNone() {
		return this.time.isZero();
	}

	String describe() {
		return "the call has no deadline of its own and '" + this.property + "' is "
				+ ServiceConfigDuration.format(this.time);
	}

}
