package io.github.grpck8s.balancing;

import java.util.concurrent.atomic.AtomicBoolean;

import io.grpc.SynchronizationContext;

/**
 * How calls, on their own threads, ask a pool for another connection. However many ask,
 * the pool is told once.
 */
final class GrowthRequests {

	private final SynchronizationContext context;

	private final Runnable grow;

	private final AtomicBoolean asked = new AtomicBoolean();

	private volatile boolean allowed;

	private volatile boolean awaited;

	/**
	 * Create the way to ask.
	 * @param context where the pool lives
	 * @param grow told there; must call {@link #take()} first
	 */
	GrowthRequests(SynchronizationContext context, Runnable grow) {
		this.context = context;
		this.grow = grow;
	}

	/**
	 * A connection has enough calls for another one. Any thread.
	 */
	void busy() {
		if (this.allowed) {
			ask();
		}
	}

	/**
	 * A call waits because no connection takes more: it must be answered by a new picker
	 * in any case. Any thread.
	 */
	void full() {
		// before asking: who is asked looks at it afterwards
		this.awaited = true;
		ask();
	}

	boolean isAllowed() {
		return this.allowed;
	}

	/**
	 * Whether the pool may grow. In the synchronization context.
	 * @param now whether it may from now on
	 */
	void allow(boolean now) {
		this.allowed = now;
	}

	/**
	 * Take the request. In the synchronization context.
	 * @return whether a call waits for the answer
	 */
	boolean take() {
		this.asked.set(false);
		boolean waits = this.awaited;
		this.awaited = false;
		return waits;
	}

	private void ask() {
		if (this.asked.compareAndSet(false, true)) {
			this.context.execute(this.grow);
		}
	}

}
