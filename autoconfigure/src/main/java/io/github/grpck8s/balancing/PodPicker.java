package io.github.grpck8s.balancing;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;

/**
 * Takes the pods in turn, and of each the connection with the fewest calls in flight. A
 * pod whose connections are all full is passed over; when all are, the call waits if a
 * connection is about to be opened, and else goes where its turn is. Immutable but for
 * the turn; picks take no lock and allocate nothing.
 */
final class PodPicker extends SubchannelPicker {

	private static final PickResult WAIT = PickResult.withNoResult();

	private final Pod[] pods;

	private final AtomicInteger turn;

	/**
	 * Create a picker.
	 * @param pods the pods that are connected, at least one
	 * @param turn whose turn it is, shared with the pickers before and after
	 */
	PodPicker(List<Pod> pods, AtomicInteger turn) {
		this.pods = pods.toArray(Pod[]::new);
		this.turn = turn;
	}

	@Override
	public PickResult pickSubchannel(PickSubchannelArgs args) {
		try {
			return pick();
		}
		catch (RuntimeException | LinkageError ex) {
			return Guard.failed(ex);
		}
	}

	private PickResult pick() {
		int first = (this.turn.getAndIncrement() & Integer.MAX_VALUE) % this.pods.length;
		Pod pod = this.pods[first];
		Calls calls = pod.leastBusy();
		if (calls.inFlight() < pod.full) {
			return calls.pick();
		}
		for (int i = 1; i < this.pods.length; i++) {
			Pod other = this.pods[(first + i) % this.pods.length];
			Calls otherCalls = other.leastBusy();
			if (otherCalls.inFlight() < other.full) {
				pod.growth.busy();
				return otherCalls.pick();
			}
		}
		return willGrow() ? WAIT : calls.pick();
	}

	private boolean willGrow() {
		boolean grows = false;
		for (Pod pod : this.pods) {
			if (pod.growable) {
				pod.growth.full();
				grows = true;
			}
			grows |= pod.growing;
		}
		return grows;
	}

	@Override
	public String toString() {
		return "kubernetes(" + this.pods.length + " pods)";
	}

	/**
	 * A pod that is connected.
	 */
	static final class Pod {

		private final GrowthRequests growth;

		private final Calls[] connections;

		private final int full;

		private final boolean growable;

		private final boolean growing;

		/**
		 * Create a pod.
		 * @param growth where to ask for another connection
		 * @param connections the calls of those that are ready, at least one
		 * @param full number of calls from which on a connection is passed over
		 * @param growable whether another connection may be opened
		 * @param growing whether another connection is being opened
		 */
		Pod(GrowthRequests growth, Calls[] connections, int full, boolean growable, boolean growing) {
			this.growth = growth;
			this.connections = connections;
			this.full = full;
			this.growable = growable;
			this.growing = growing;
		}

		private Calls leastBusy() {
			Calls least = this.connections[0];
			if (this.connections.length > 1) {
				int fewest = least.inFlight();
				for (int i = 1; i < this.connections.length; i++) {
					int inFlight = this.connections[i].inFlight();
					if (inFlight < fewest) {
						least = this.connections[i];
						fewest = inFlight;
					}
				}
			}
			return least;
		}

	}

}
