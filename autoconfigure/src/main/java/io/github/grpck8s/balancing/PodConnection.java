package io.github.grpck8s.balancing;

import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the pool of a pod, which is kept up all the time: dialled at once
 * when it is made and when it is lost, for example by a GOAWAY (R74). After a failure it
 * counts as failed until it is ready, so that calls fail fast between the attempts. Owned
 * by the synchronization context.
 */
final class PodConnection {

	private final Helper helper;

	private final Subchannel subchannel;

	private final ConnectionPool pool;

	private ConnectivityState state = ConnectivityState.CONNECTING;

	private @Nullable Calls calls;

	// whether calls may wait for this connection
	private boolean awaited;

	private boolean closed;

	PodConnection(Helper helper, Subchannel subchannel, ConnectionPool pool, boolean awaited) {
		this.helper = helper;
		this.subchannel = subchannel;
		this.pool = pool;
		this.awaited = awaited;
	}

	void start() {
		this.subchannel.start(this::onState);
		this.subchannel.requestConnection();
	}

	void close() {
		this.closed = true;
		this.subchannel.shutdown();
	}

	ConnectivityState state() {
		return this.state;
	}

	/**
	 * The calls in flight.
	 * @return their count, null unless ready
	 */
	@Nullable Calls calls() {
		return this.calls;
	}

	boolean isAwaited() {
		return this.awaited && this.state == ConnectivityState.CONNECTING;
	}

	void awaitNoLonger() {
		this.awaited = false;
	}

	private void onState(ConnectivityStateInfo info) {
		if (this.closed) {
			return;
		}
		ConnectivityState before = this.state;
		switch (info.getState()) {
			case READY -> {
				this.state = ConnectivityState.READY;
				this.awaited = false;
				this.calls = this.pool.newCalls(this.subchannel);
			}
			case TRANSIENT_FAILURE -> fail(info.getStatus());
			case CONNECTING -> lose();
			case IDLE -> {
				lose();
				this.helper.refreshNameResolution();
				this.subchannel.requestConnection();
			}
			default -> {
				// shut down by the channel
			}
		}
		if (this.state != before || info.getState() == this.state && this.state != ConnectivityState.CONNECTING) {
			this.pool.changed();
		}
	}

	private void lose() {
		this.calls = null;
		if (this.state == ConnectivityState.READY) {
			this.state = ConnectivityState.CONNECTING;
		}
	}

	private void fail(Status status) {
		this.calls = null;
		this.state = ConnectivityState.TRANSIENT_FAILURE;
		this.pool.failed(status);
		this.helper.refreshNameResolution();
	}

}
