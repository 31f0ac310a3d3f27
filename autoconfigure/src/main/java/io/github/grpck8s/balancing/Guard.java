package io.github.grpck8s.balancing;

import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps exceptions inside. What is thrown in the synchronization context of a channel, be
 * it by our code or by a policy that the user named, puts the channel into panic mode,
 * from which nothing leads back.
 */
final class Guard {

	private static final Logger logger = LoggerFactory.getLogger(Guard.class);

	private Guard() {
	}

	static void run(String what, Runnable action) {
		try {
			action.run();
		}
		catch (RuntimeException | LinkageError ex) {
			logger.error("Load balancing: {} failed", what, ex);
		}
	}

	static Runnable task(String what, Runnable action) {
		return () -> run(what, action);
	}

	static SubchannelPicker picker(SubchannelPicker picker) {
		return (picker instanceof PodPicker) ? picker : new GuardedPicker(picker);
	}

	static PickResult failed(Throwable ex) {
		logger.error("Load balancing: picking failed", ex);
		return PickResult
			.withError(Status.INTERNAL.withDescription("Picking a connection failed: " + ex).withCause(ex));
	}

	private static final class GuardedPicker extends SubchannelPicker {

		private final SubchannelPicker picker;

		GuardedPicker(SubchannelPicker picker) {
			this.picker = picker;
		}

		@Override
		public PickResult pickSubchannel(PickSubchannelArgs args) {
			try {
				return this.picker.pickSubchannel(args);
			}
			catch (RuntimeException | LinkageError ex) {
				return failed(ex);
			}
		}

		@Override
		public String toString() {
			return this.picker.toString();
		}

	}

}
