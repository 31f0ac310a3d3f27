package io.github.grpck8s.balancing;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

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
 * context.
 */
final class ConnectionPool {

	// longer than a connection takes in a data centre, TLS included
	private static final long LONGEST_WAIT_MILLIS = 500;

	private final EquivalentAddressGroup group;

	private final Helper helper;

	private final PoolOwner owner;

	private final List<PodConnection> connections = new ArrayList<>();

	private PodsConfig config;

	private ConnectivityState state = ConnectivityState.CONNECTING;

	private @Nullable Status failure;

	private @Nullable ScheduledHandle quietCheck;

	private @Nullable ScheduledHandle wait;

	private final GrowthRequests growth;

	private PodPicker.@Nullable Pod snapshot;

	private boolean refused;

	private boolean closed;

	private final MeterLevel extra;

	ConnectionPool(EquivalentAddressGroup group, PodsConfig config, Helper helper, PoolOwner owner) {
		this.group = group;
		this.config = config;
		this.helper = helper;
		this.owner = owner;
		this.extra = new MeterLevel(BalancingMeter.EXTRA_CONNECTIONS, helper);
		this.growth = new GrowthRequests(helper.getSynchronizationContext(),
				Guard.task("opening a connection", this::grow));
	}

	void open() {
		open(false);
	}

	void close() {
		this.closed = true;
		this.growth.allow(false);
		cancel(this.quietCheck);
		cancel(this.wait);
		this.connections.forEach((connection) -> Guard.run("closing a connection", connection::close));
		this.connections.clear();
		this.extra.set(0);
	}

	void reconfigure(PodsConfig changed) {
		if (changed.equals(this.config)) {
			return;
		}
		this.config = changed;
		while (this.connections.size() > changed.maxConnectionsPerPod()) {
			closeSurplus();
		}
		changed();
	}

	ConnectivityState state() {
		return this.state;
	}

	/**
	 * What a pick needs to know. Kept until something changes: a change of one pod makes
	 * a new picker of all.
	 * @return the present state, immutable
	 */
	PodPicker.Pod snapshot() {
		PodPicker.Pod pod = this.snapshot;
		if (pod == null) {
			Calls[] ready = this.connections.stream()
				.map(PodConnection::calls)
				.filter(Objects::nonNull)
				.toArray(Calls[]::new);
			pod = new PodPicker.Pod(this.growth, ready, this.config.full(), this.growth.isAllowed(),
					this.connections.stream().anyMatch(PodConnection::isAwaited));
			this.snapshot = pod;
		}
		return pod;
	}

	@Nullable String zone() {
		return this.group.getAttributes().get(EndpointAttributes.ZONE);
	}

	PodFailure failure() {
		return new PodFailure(this.group, this.failure);
	}

	Calls newCalls(Subchannel subchannel) {
		return new Calls(subchannel, this.config.busy(), this.growth::busy);
	}

	void changed() {
		this.snapshot = null;
		this.extra.set(Math.max(0, this.connections.size() - 1));
		this.growth.allow(!this.closed && !this.refused && this.connections.size() < this.config.maxConnectionsPerPod()
				&& this.connections.stream().allMatch((connection) -> connection.calls() != null));
		if (!this.closed) {
			ConnectivityState before = this.state;
			this.state = best();
			this.owner.changed(before, this.state);
		}
	}

	private ConnectivityState best() {
		ConnectivityState best = ConnectivityState.TRANSIENT_FAILURE;
		for (PodConnection connection : this.connections) {
			if (connection.state() == ConnectivityState.READY) {
				return ConnectivityState.READY;
			}
			if (connection.state() == ConnectivityState.CONNECTING) {
				best = ConnectivityState.CONNECTING;
			}
		}
		return best;
	}

	void failed(Status status) {
		this.failure = status;
		this.owner.failed(this);
	}

	private void grow() {
		boolean awaited = this.growth.take();
		if (this.growth.isAllowed() && (awaited || isBusy())) {
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

}
