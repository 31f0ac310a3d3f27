package io.github.grpck8s.discovery;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.grpc.SynchronizationContext;
import io.grpc.SynchronizationContext.ScheduledHandle;

/**
 * What a channel lends its resolver.
 *
 * @param syncContext everything that the channel is told is told in it
 * @param timers for waits
 * @param offload for what may block
 * @param ticker the time in nanoseconds
 */
record ChannelContext(SynchronizationContext syncContext, ScheduledExecutorService timers, Executor offload,
		LongSupplier ticker) {

	long now() {
		return this.ticker.getAsLong();
	}

	/**
	 * Do something in the synchronization context later.
	 */
	ScheduledHandle schedule(Runnable task, long nanos) {
		return this.syncContext.schedule(task, nanos, TimeUnit.NANOSECONDS, this.timers);
	}

	/**
	 * Do something elsewhere.
	 * @return whether it will be done: an executor of the user's may be shut down
	 */
	boolean offload(Runnable task) {
		try {
			this.offload.execute(task);
			return true;
		}
		catch (RejectedExecutionException ex) {
			return false;
		}
	}

}
