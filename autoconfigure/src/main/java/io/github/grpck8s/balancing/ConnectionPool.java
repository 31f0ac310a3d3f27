package io.github.grpck8s.balancing;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.grpck8s.EndpointAttributes;
import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.Status;
import io.grpc.SynchronizationContext.ScheduledHandle;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one pod: one, and more while the calls in flight come near to what
 * the server lets one connection have open (R70). gRPC would let the calls beyond that
 * wait inside the transport, where nobody sees them. Owned by the synchronization
 * context, except for {@link #busy()} and {@link #full()}.
 */
final class ConnectionPool {

	// longer than a connection takes in a data centre, TLS included
	private static final long LONGEST_WAIT_MILLIS = 500;

	/**
	 * Whose pool it is.
	 */
	interface Owner {

		/**
		 * The connections or their states have changed.
		 */
		void changed();

		/**
		 * A connection failed.
		 * @param pool the pool
		 */
		void failed(ConnectionPool pool);

	}

	private final EquivalentAddressGroup group;

	private final Helper helper;

	private final Owner owner;

	private final List<PodConnection> connections = new ArrayList<>();

	private PodsConfig config;

	private @Nullable Status failure;

	private @Nullable ScheduledHandle quietCheck;

	private @Nullable ScheduledHandle wait;

	private boolean refused;

	private boolean closed;

	// any thread: the pool may grow; somebody has asked it to; calls wait for the answer
	private volatile boolean growable;

	private final AtomicBoolean asked = new AtomicBoolean();

	private volatile boolean waiting;

	ConnectionPool(EquivalentAddressGroup group, PodsConfig config, Helper helper, Owner owner) {
		this.group = group;
		this.config = config;
		this.helper = helper;
		this.owner = owner;
	}

	void open() {
		open(false);
	}

	void close() {
		this.closed = true;
		this.growable = false;
		cancel(this.quietCheck);
		cancel(this.wait);
		this.connections.forEach((connection) -> Guard.run("closing a connection", connection::close));
		this.connections.clear();
	}

	void reconfigure(PodsConfig changed) {
		this.config = changed;
		while (this.connections.size() > changed.maxConnectionsPerPod()) {
			closeSurplus();
		}
	}

	ConnectivityState state() {
		if (has(ConnectivityState.READY)) {
			return ConnectivityState.READY;
		}
		return has(ConnectivityState.CONNECTING) ? ConnectivityState.CONNECTING : ConnectivityState.TRANSIENT_FAILURE;
	}

	/**
	 * What a pick needs to know.
	 * @return the present state, immutable
	 */
	PodPicker.Pod snapshot() {
		Calls[] ready = this.connections.stream()
			.map(PodConnection::calls)
			.filter(Objects::nonNull)
			.toArray(Calls[]::new);
		return new PodPicker.Pod(this, ready, this.config.full(), this.growable,
				this.connections.stream().anyMatch(PodConnection::isAwaited));
	}

	/**
	 * The last failure in words.
	 * @return which pod and why
	 */
	String describeFailure() {
		StringBuilder text = new StringBuilder(this.group.getAddresses().get(0).toString().replaceFirst("^/", ""));
		String pod = this.group.getAttributes().get(EndpointAttributes.POD);
		if (pod != null) {
			text.append(" (pod ").append(pod).append(')');
		}
		if (this.failure != null) {
			Throwable cause = this.failure.getCause();
			text.append(": ")
				.append((this.failure.getDescription() != null) ? this.failure.getDescription()
						: this.failure.getCode().toString());
			if (cause != null) {
				text.append(" (").append((cause.getMessage() != null) ? cause.getMessage() : cause).append(')');
			}
		}
		return text.toString();
	}

	@Nullable Throwable failureCause() {
		return (this.failure != null) ? this.failure.getCause() : null;
	}

	/**
	 * A connection has enough calls for another one. Any thread.
	 */
	void busy() {
		if (this.growable && this.asked.compareAndSet(false, true)) {
			this.helper.getSynchronizationContext().execute(Guard.task("opening a connection", this::grow));
		}
	}

	/**
	 * A call waits because no connection takes more. Any thread.
	 */
	void full() {
		// before asking: who is asked looks at it afterwards
		this.waiting = true;
		if (this.asked.compareAndSet(false, true)) {
			this.helper.getSynchronizationContext().execute(Guard.task("opening a connection", this::grow));
		}
	}

	Calls newCalls(Subchannel subchannel) {
		return new Calls(subchannel, this.config.busy(), this::busy);
	}

	void changed() {
		this.growable = !this.closed && !this.refused && this.connections.size() < this.config.maxConnectionsPerPod()
				&& this.connections.stream().allMatch((connection) -> connection.calls() != null);
		if (!this.closed) {
			this.owner.changed();
		}
	}

	void failed(Status status) {
		this.failure = status;
		this.owner.failed(this);
	}

	private void grow() {
		this.asked.set(false);
		boolean awaited = this.waiting;
		this.waiting = false;
		if (this.growable && (awaited || isBusy())) {
			// not again if this throws
			this.refused = true;
			open(true);
			this.refused = false;
			scheduleQuietCheck();
			changed();
		}
		else if (awaited) {
			// there is room by now, or another connection is on its way
			changed();
		}
	}

	private boolean isBusy() {
		return this.connections.stream()
			.map(PodConnection::calls)
			.allMatch((calls) -> calls != null && calls.inFlight() >= this.config.busy());
	}

	private void open(boolean awaited) {
		PodConnection connection = new PodConnection(this.helper,
				this.helper.createSubchannel(CreateSubchannelArgs.newBuilder().setAddresses(this.group).build()), this,
				awaited);
		this.connections.add(connection);
		connection.start();
		if (awaited) {
			cancel(this.wait);
			this.wait = schedule(() -> giveUpWaiting(connection), TimeUnit.MILLISECONDS.toNanos(LONGEST_WAIT_MILLIS));
		}
	}

	private void giveUpWaiting(PodConnection connection) {
		if (connection.isAwaited()) {
			connection.awaitNoLonger();
			changed();
		}
	}

	private void closeWhenQuiet() {
		this.quietCheck = null;
		long peak = this.connections.stream()
			.map(PodConnection::calls)
			.filter(Objects::nonNull)
			.mapToLong(Calls::takePeak)
			.sum();
		// half of what makes the rest open another one
		if (this.connections.size() > 1 && peak * 2 <= (long) this.config.busy() * (this.connections.size() - 1)) {
			closeSurplus();
		}
		if (this.connections.size() > 1) {
			scheduleQuietCheck();
		}
	}

	private void closeSurplus() {
		PodConnection surplus = this.connections.get(0);
		for (PodConnection connection : this.connections) {
			if (load(connection) <= load(surplus)) {
				surplus = connection;
			}
		}
		this.connections.remove(surplus);
		// out of the picker first
		changed();
		surplus.close();
	}

	private static int load(PodConnection connection) {
		Calls calls = connection.calls();
		return (calls != null) ? calls.inFlight() : -1;
	}

	private void scheduleQuietCheck() {
		if (this.quietCheck == null) {
			this.quietCheck = schedule(this::closeWhenQuiet, this.config.connectionQuietNanos());
		}
	}

	private static void cancel(@Nullable ScheduledHandle task) {
		if (task != null) {
			task.cancel();
		}
	}

	private ScheduledHandle schedule(Runnable task, long nanos) {
		return this.helper.getSynchronizationContext()
			.schedule(Guard.task("the pool of connections", task), nanos, TimeUnit.NANOSECONDS,
					this.helper.getScheduledExecutorService());
	}

	private boolean has(ConnectivityState state) {
		return this.connections.stream().anyMatch((connection) -> connection.state() == state);
	}

}
