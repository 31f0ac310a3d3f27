package io.github.grpck8s.balancing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpck8s.EndpointAttributes;
import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * The policy below the empty gate unless the user names another: keeps a pool of
 * connections to every pod and takes the pods in turn, starting anywhere. An update
 * touches only what has come or gone. Owned by the synchronization context.
 */
final class PodLoadBalancer extends LoadBalancer implements PoolOwner {

	private final Helper helper;

	private final AtomicInteger turn = new AtomicInteger(ThreadLocalRandom.current().nextInt());

	private final WarmGate gate;

	private Map<PodKey, ConnectionPool> pools = Map.of();

	private PodsConfig config = PodsConfig.DEFAULT;

	private @Nullable String preferredZone;

	private @Nullable ConnectionPool lastFailed;

	// what the empty gate says in our stead until then
	private ConnectivityState published = ConnectivityState.CONNECTING;

	private boolean updating;

	// counted along, or a start with thousands of pods takes seconds
	private int ready;

	private int failed;

	private final MeterLevel readyMeter;

	private final MeterLevel failedMeter;

	PodLoadBalancer(Helper helper) {
		this.helper = helper;
		this.readyMeter = new MeterLevel(BalancingMeter.PODS_READY, helper);
		this.failedMeter = new MeterLevel(BalancingMeter.PODS_FAILED, helper);
		this.gate = new WarmGate(helper, this::publishUnlessEmpty);
	}

	@Override
	public Status acceptResolvedAddresses(ResolvedAddresses resolved) {
		this.updating = true;
		try {
			return update(resolved);
		}
		finally {
			this.updating = false;
		}
	}

	@Override
	public void handleNameResolutionError(Status error) {
		// stays behind the empty gate
	}

	@Override
	public void shutdown() {
		this.gate.shut();
		Map<PodKey, ConnectionPool> all = this.pools;
		this.pools = Map.of();
		this.readyMeter.set(0);
		this.failedMeter.set(0);
		all.values().forEach(ConnectionPool::close);
	}

	@Override
	public void changed(ConnectivityState before, ConnectivityState now) {
		count(before, -1);
		count(now, 1);
		if (!this.updating) {
			publishUnlessEmpty();
		}
	}

	@Override
	public void failed(ConnectionPool pool) {
		this.lastFailed = pool;
	}

	private Status update(ResolvedAddresses resolved) {
		if (resolved.getLoadBalancingPolicyConfig() instanceof PodsConfig configured) {
			this.config = configured;
		}
		this.preferredZone = resolved.getAttributes().get(EndpointAttributes.PREFERRED_ZONE);
		Map<PodKey, ConnectionPool> gone = new LinkedHashMap<>(this.pools);
		Map<PodKey, ConnectionPool> next = new LinkedHashMap<>();
		List<ConnectionPool> fresh = new ArrayList<>();
		for (EquivalentAddressGroup group : resolved.getAddresses()) {
			PodKey key = PodKey.of(group);
			if (next.containsKey(key)) {
				continue;
			}
			ConnectionPool pool = gone.remove(key);
			if (pool == null) {
				pool = new ConnectionPool(group, this.config, this.helper, this);
				fresh.add(pool);
			}
			else {
				pool.reconfigure(this.config);
			}
			next.put(key, pool);
		}
		if (fresh.size() == next.size()) {
			// all are new: again the first to be connected would get everything that
			// waits
			this.gate.shut();
		}
		this.pools = next;
		gone.values().forEach((pool) -> count(pool.state(), -1));
		fresh.forEach((pool) -> Guard.run("opening a connection", pool::open));
		publish();
		// when no call picks them any more
		gone.values().forEach(ConnectionPool::close);
		return Status.OK;
	}

	private void publishUnlessEmpty() {
		if (!this.pools.isEmpty()) {
			publish();
		}
	}

	private void publish() {
		this.readyMeter.set(this.ready);
		this.failedMeter.set(this.failed);
		if (this.failed == this.pools.size()) {
			publish(ConnectivityState.TRANSIENT_FAILURE, new FixedResultPicker(PickResult.withError(failure())));
		}
		else if (this.gate.lets(this.ready, this.pools.size() - this.failed, this.config) && this.ready > 0) {
			publish(ConnectivityState.READY, new PodPicker(connected(), this.turn));
		}
		else if (this.published != ConnectivityState.CONNECTING) {
			publish(ConnectivityState.CONNECTING, new FixedResultPicker(PickResult.withNoResult()));
		}
	}

	/**
	 * The pods that calls may go to: those of the preferred zone as long as at least half
	 * of them are connected (R31), else all. The others are kept connected meanwhile.
	 */
	private List<PodPicker.Pod> connected() {
		List<PodPicker.Pod> pods = new ArrayList<>(this.ready);
		String zone = this.preferredZone;
		if (zone != null) {
			int inZone = 0;
			for (ConnectionPool pool : this.pools.values()) {
				if (zone.equals(pool.zone())) {
					inZone++;
					addIfReady(pool, pods);
				}
			}
			if (!pods.isEmpty() && pods.size() * 2 >= inZone) {
				return pods;
			}
			pods.clear();
		}
		this.pools.values().forEach((pool) -> addIfReady(pool, pods));
		return pods;
	}

	private static void addIfReady(ConnectionPool pool, List<PodPicker.Pod> pods) {
		if (pool.state() == ConnectivityState.READY) {
			pods.add(pool.snapshot());
		}
	}

	private void count(ConnectivityState state, int change) {
		if (state == ConnectivityState.READY) {
			this.ready += change;
		}
		else if (state == ConnectivityState.TRANSIENT_FAILURE) {
			this.failed += change;
		}
	}

	private void publish(ConnectivityState state, SubchannelPicker picker) {
		this.published = state;
		this.helper.updateBalancingState(state, picker);
	}

	private Status failure() {
		ConnectionPool last = this.lastFailed;
		if (last == null || !this.pools.containsValue(last)) {
			last = this.pools.values().iterator().next();
		}
		int pods = this.pools.size();
		return Status.UNAVAILABLE
			.withDescription(((pods == 1) ? "The only pod cannot be reached: "
					: "None of the " + pods + " pods can be reached; the last to fail: ") + last.failure().describe())
			.withCause(last.failure().cause());
	}

}
