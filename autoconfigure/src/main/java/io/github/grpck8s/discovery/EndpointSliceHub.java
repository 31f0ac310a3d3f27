package io.github.grpck8s.discovery;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * All watches of a JVM on one API server: one for each Service, shared by all channels.
 * Without a watch it has neither threads nor connections. Thread-safe.
 */
final class EndpointSliceHub {

	private final Supplier<ApiServer> connector;

	private final LongSupplier ticker;

	private final RandomGenerator random;

	private final DiscoveryListeners listeners = new DiscoveryListeners();

	private final DiscoveryCounters counters = new DiscoveryCounters(this.listeners);

	private final OffCluster offCluster = new OffCluster(ServiceAccount.inCluster());

	private final NodeZones zones = new NodeZones();

	private final SharedWatches<ServiceKey> watches;

	// guarded by the lock of the watches
	private @Nullable ApiServer api;

	/**
	 * Create a hub that does nothing yet.
	 * @param connector opens the API server; not called before the first subscription
	 * @param threads makes the timer thread; not called before the first subscription
	 */
	EndpointSliceHub(Supplier<ApiServer> connector, Supplier<ScheduledExecutorService> threads, LongSupplier ticker,
			RandomGenerator random) {
		this.connector = connector;
		this.ticker = ticker;
		this.random = random;
		this.watches = new SharedWatches<>(threads, (service) -> this.listeners.ended(service.toString()),
				this::disconnect);
	}

	DiscoveryListeners listeners() {
		return this.listeners;
	}

	/**
	 * Follow a Service. May read files, does not wait for the API server.
	 * @param changed is called whenever the state may have changed; must return at once
	 */
	Subscription subscribe(ServiceKey service, DiscoverySettings settings, Runnable changed) {
		return subscribe(service, settings, settings.linger(), changed);
	}

	/**
	 * Follow a Service.
	 * @param linger how long it is followed when no channel does any more
	 */
	Subscription subscribe(ServiceKey service, DiscoverySettings settings, Duration linger, Runnable changed) {
		if (settings.zone() == null && settings.node() != null) {
			this.zones.ask(settings.node());
		}
		return new Followed(
				this.watches.subscribe(service, linger, changed, (scheduler) -> open(service, settings, scheduler)));
	}

	private SharedWatches.Opened open(ServiceKey service, DiscoverySettings settings,
			ScheduledExecutorService scheduler) {
		ApiServer server = this.api;
		if (server == null) {
			server = this.connector.get();
			this.api = server;
		}
		if (settings.lookUpNode() && settings.node() != null && settings.zone() == null) {
			NodeLookup.begin(settings.node(), server, scheduler, this.zones,
					() -> this.watches.forEach(ServiceWatch::notifySubscribers));
		}
		ServiceWatch watch = new ServiceWatch(service, scheduler, this.ticker, (slices) -> seen(service, slices),
				this.listeners);
		return new SharedWatches.Opened(watch, new EndpointSource(service, server, scheduler, this.ticker, this.random,
				settings.watchSilence(), this.counters, watch));
	}

	/**
	 * Slices of one Service may tell in which zone this application runs; that can change
	 * the endpoints of all.
	 */
	private void seen(ServiceKey service, Collection<Slice> slices) {
		this.offCluster.see(service, slices);
		if (this.zones.learn(slices)) {
			this.watches.forEach(ServiceWatch::notifySubscribers);
		}
	}

	boolean follows(ServiceKey service) {
		return this.watches.anyMatch(service::equals);
	}

	private void disconnect() {
		this.zones.endLookups();
		if (this.api != null) {
			this.api.close();
			this.api = null;
		}
	}

	/**
	 * End what only lingers, at once; what channels still use ends with them.
	 */
	void endUnused() {
		this.watches.endUnused();
	}

	/**
	 * One channel's share of a watch.
	 */
	private final class Followed implements Subscription {

		private final SharedWatches<ServiceKey>.Lease lease;

		Followed(SharedWatches<ServiceKey>.Lease lease) {
			this.lease = lease;
		}

		@Override
		public WatchState state() {
			return this.lease.state();
		}

		@Override
		public DiscoveryListener listener() {
			return EndpointSliceHub.this.listeners;
		}

		@Override
		public @Nullable String zoneOf(String node) {
			return EndpointSliceHub.this.zones.of(node);
		}

		/**
		 * The watch needs no reminder: it always runs or is about to. A channel asks
		 * whenever a connection is lost, all channels at once when a node dies.
		 */
		@Override
		public void refresh() {
		}

		@Override
		public void close() {
			this.lease.close();
		}

	}

}
