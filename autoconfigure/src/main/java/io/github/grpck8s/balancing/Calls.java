package io.github.grpck8s.balancing;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.Metadata;
import io.grpc.Status;

/**
 * Counts the calls in flight on one connection, from the time that it became ready until
 * it is lost: a new connection to the same pod starts with a new count, because calls
 * that the old one still carries do not use up its streams. Any thread.
 * <p>
 * A call counts from the creation of its stream, not from the pick, after which a stream
 * may never come about; streams that wait in the transport behind the limit of the server
 * count too. gRPC drops a stream unseen if the call was cancelled at the very moment that
 * it left the queue; such a count lives no longer than the connection.
 */
final class Calls extends ClientStreamTracer.Factory {

	private final AtomicInteger inFlight = new AtomicInteger();

	private final PickResult pick;

	private final int busyFrom;

	private final Runnable busy;

	// several threads write it; a lost update makes a surplus connection close a little
	// sooner
	private volatile int peak;

	/**
	 * Create a count.
	 * @param subchannel the connection
	 * @param busyFrom number of calls in flight from which on to tell
	 * @param busy told on any thread; must not block
	 */
	Calls(Subchannel subchannel, int busyFrom, Runnable busy) {
		this.pick = PickResult.withSubchannel(subchannel, this);
		this.busyFrom = busyFrom;
		this.busy = busy;
	}

	/**
	 * The pick of this connection, the same every time.
	 * @return the result
	 */
	PickResult pick() {
		return this.pick;
	}

	int inFlight() {
		return this.inFlight.get();
	}

	/**
	 * Most calls in flight since the last time this was asked.
	 * @return the number
	 */
	int takePeak() {
		int now = this.inFlight.get();
		int highest = Math.max(this.peak, now);
		this.peak = now;
		return highest;
	}

	@Override
	public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
		return new Call(this);
	}

	private void begin() {
		int now = this.inFlight.incrementAndGet();
		if (now > this.peak) {
			this.peak = now;
		}
		if (now >= this.busyFrom) {
			this.busy.run();
		}
	}

	private void end() {
		this.inFlight.decrementAndGet();
	}

	private static final class Call extends ClientStreamTracer {

		private static final int NEW = 0;

		private static final int COUNTED = 1;

		private static final int OVER = 2;

		private static final AtomicIntegerFieldUpdater<Call> STATE = AtomicIntegerFieldUpdater.newUpdater(Call.class,
				"state");

		private final Calls calls;

		private volatile int state = NEW;

		Call(Calls calls) {
			this.calls = calls;
		}

		@Override
		public void streamCreated(Attributes transportAttributes, Metadata headers) {
			if (STATE.compareAndSet(this, NEW, COUNTED)) {
				this.calls.begin();
			}
		}

		@Override
		public void streamClosed(Status status) {
			if (STATE.getAndSet(this, OVER) == COUNTED) {
				this.calls.end();
			}
		}

	}

}
