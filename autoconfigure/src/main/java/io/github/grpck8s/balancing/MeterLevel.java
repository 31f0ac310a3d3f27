package io.github.grpck8s.balancing;

import io.grpc.LoadBalancer.Helper;

/**
 * What one policy or pool adds to a meter that goes up and down. Owned by the
 * synchronization context.
 */
final class MeterLevel {

	private final BalancingMeter meter;

	private final Helper helper;

	private long told;

	private boolean shown;

	MeterLevel(BalancingMeter meter, Helper helper) {
		this.meter = meter;
		this.helper = helper;
	}

	/**
	 * Say how many there are now; 0 at the end. The first 0 is said too: a meter that is
	 * not there looks like an old version.
	 */
	void set(long now) {
		if (now != this.told || !this.shown) {
			this.shown = true;
			this.meter.add(this.helper, now - this.told);
			this.told = now;
		}
	}

}
