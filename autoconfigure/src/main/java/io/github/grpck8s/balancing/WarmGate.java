package io.github.grpck8s.balancing;

import java.util.concurrent.TimeUnit;

import io.grpc.LoadBalancer.Helper;
import io.grpc.SynchronizationContext.ScheduledHandle;
import org.jspecify.annotations.Nullable;

/**
 * Holds the first calls back until most pods are connected: the pod that is connected
 * first would get all of them (R64). Owned by the synchronization context.
 */
final class WarmGate {

	private final Helper helper;

	private final Runnable opened;

	private boolean open;

	private @Nullable ScheduledHandle timeout;

	/**
	 * Create a gate that is shut.
	 * @param helper for time
	 * @param opened told when the time is up
	 */
	WarmGate(Helper helper, Runnable opened) {
		this.helper = helper;
		this.opened = opened;
	}

	/**
	 * Whether calls may go out. Opens for good once they may.
	 * @param ready number of pods that are connected
	 * @param expected number of pods, without those that have failed
	 * @param config how many to wait for, and how long
	 * @return whether the gate is open
	 */
	boolean lets(int ready, int expected, PodsConfig config) {
		if (this.open) {
			return true;
		}
		if (ready == 0) {
			return false;
		}
		if (ready >= config.warmUpShare() * expected || config.warmUpNanos() == 0) {
			this.open = true;
			cancelTimeout();
		}
		else if (this.timeout == null) {
			this.timeout = this.helper.getSynchronizationContext()
				.schedule(Guard.task("opening the gate", this::timeIsUp), config.warmUpNanos(), TimeUnit.NANOSECONDS,
						this.helper.getScheduledExecutorService());
		}
		return this.open;
	}

	void shut() {
		this.open = false;
		cancelTimeout();
	}

	private void timeIsUp() {
		this.timeout = null;
		this.open = true;
		BalancingMeter.WARM_UP_TIMEOUTS.add(this.helper, 1);
		this.opened.run();
	}

	private void cancelTimeout() {
		if (this.timeout != null) {
			this.timeout.cancel();
			this.timeout = null;
		}
	}

}
