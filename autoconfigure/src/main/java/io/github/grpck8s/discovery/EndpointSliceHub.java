package io.github.grpck8s.discovery;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * All watches of a JVM on one API server: one for each Service, shared by all channels
 * and kept for a while after the last one left, because a channel that goes idle or is
 * rebuilt comes back. Without a watch it has neither threads nor connections.
 * Thread-safe.
 */
final class EndpointSliceHub {

	private final Supplier<ApiServer> connector;

	private final Supplier<ScheduledExecutorService> threads;

	private final LongSupplier ticker;

	private final RandomGenerator random;

	private final DiscoveryCounters counters = new DiscoveryCounters();

	private final DiscoveryListeners listeners = new DiscoveryListeners();

	private final OffCluster offCluster = new OffCluster(ServiceAccount.inCluster());

	private final NodeZones zones = new NodeZones();

	private final Map<ServiceKey, Entry> watches = new HashMap<>();

	// the values of the map, to be read without the lock
	private final List<ServiceWatch> all = new CopyOnWriteArrayList<>();

	private @Nullable ApiServer api;

	private @Nullable ScheduledExecutorService scheduler;

	/**
	 * Create a hub that does nothing yet.
	 * @param connector opens the API server; not called before the first subscription
	 * @param threads makes the timer thread; not called before the first subscription
	 */
	EndpointSliceHub(Supplier<ApiServer> connector, Supplier<ScheduledExecutorService> threads, LongSupplier ticker,
			RandomGenerator random) {
		this.connector = connector;
		this.threads = threads;
		this.ticker = ticker;
		this.random = random;
	}

	DiscoveryCounters counters() {
		return this.counters;
	}

	DiscoveryListeners listeners() {
		return this.listeners;
	}

	/**
	 * Follow a Service. May read files, does not wait for the API server.
	 * @param changed is called whenever the state may have changed; must return at once
	 */
	synchronized Subscription subscribe(ServiceKey service, DiscoverySettings settings, Runnable changed) {
		Entry entry = this.watches.get(service);
		if (entry == null) {
			entry = open(service, settings);
			this.watches.put(service, entry);
			entry.source.start();
		}
		if (entry.linger != null) {
			entry.linger.cancel(false);
			entry.linger = null;
		}
		if (settings.zone() == null && settings.node() != null) {
			this.zones.ask(settings.node());
		}
		entry.lingerNanos = settings.linger().toNanos();
		entry.watch.subscribe(changed);
		return new Subscription(service, entry, changed);
	}

	private Entry open(ServiceKey service, DiscoverySettings settings) {
		if (this.api == null) {
			this.api = this.connector.get();
		}
		if (this.scheduler == null) {
			this.scheduler = this.threads.get();
		}
		ServiceWatch watch = new ServiceWatch(service, this.scheduler, this.ticker, (slices) -> seen(service, slices),
				this.listeners);
		EndpointSource source = new EndpointSource(service, this.api, this.scheduler, this.ticker, this.random,
				settings.watchSilence(), this.counters, watch);
		this.all.add(watch);
		return new Entry(watch, source, this.scheduler);
	}

	/**
	 * Slices of one Service may tell in which zone this application runs; that can change
	 * the endpoints of all.
	 */
	private void seen(ServiceKey service, Collection<Slice> slices) {
		this.offCluster.see(service, slices);
		if (this.zones.learn(slices)) {
			this.all.forEach(ServiceWatch::notifySubscribers);
		}
	}

	private synchronized void release(ServiceKey service, Entry entry) {
		ScheduledExecutorService timers = this.scheduler;
		if (entry.watch.isUnused() && entry.linger == null && timers != null) {
			if (entry.lingerNanos <= 0 || this.watches.get(service) != entry) {
				end(service, entry);
				return;
			}
			entry.linger = timers.schedule(() -> endIfUnused(service, entry), entry.lingerNanos, TimeUnit.NANOSECONDS);
		}
	}

	private synchronized void endIfUnused(ServiceKey service, Entry entry) {
		if (entry.watch.isUnused()) {
			end(service, entry);
		}
	}

	private void end(ServiceKey service, Entry entry) {
		if (this.watches.remove(service, entry)) {
			entry.source.close();
			entry.watch.close();
			this.all.remove(entry.watch);
			this.listeners.ended(service.toString());
		}
		if (this.watches.isEmpty()) {
			disconnect();
		}
	}

	private void disconnect() {
		if (this.api != null) {
			this.api.close();
			this.api = null;
		}
		if (this.scheduler != null) {
			this.scheduler.shutdownNow();
			this.scheduler = null;
		}
	}

	/**
	 * End what only lingers, at once; what channels still use ends with them.
	 */
	synchronized void endUnused() {
		Map.copyOf(this.watches).forEach((service, entry) -> {
			if (entry.watch.isUnused()) {
				end(service, entry);
			}
			else {
				entry.lingerNanos = 0;
			}
		});
	}

	/**
	 * A watch, where it comes from, and how long it lingers. Guarded by the hub.
	 */
	private static final class Entry {

		private final ServiceWatch watch;

		private final EndpointSource source;

		private final ScheduledExecutorService timers;

		private long lingerNanos;

		private @Nullable ScheduledFuture<?> linger;

		private Entry(ServiceWatch watch, EndpointSource source, ScheduledExecutorService timers) {
			this.watch = watch;
			this.source = source;
			this.timers = timers;
		}

	}

	/**
	 * One channel's share of a watch.
	 */
	final class Subscription implements AutoCloseable {

		private final ServiceKey service;

		private final Entry entry;

		private final Runnable changed;

		private Subscription(ServiceKey service, Entry entry, Runnable changed) {
			this.service = service;
			this.entry = entry;
			this.changed = changed;
		}

		WatchState state() {
			return this.entry.watch.state();
		}

		DiscoveryListener listener() {
			return EndpointSliceHub.this.listeners;
		}

		/**
		 * The zone of a node, {@code null} as long as no endpoint on it was seen.
		 */
		@Nullable String zoneOf(String node) {
			return EndpointSliceHub.this.zones.of(node);
		}

		/**
		 * Leave; waits for nothing and nobody.
		 */
		@Override
		public void close() {
			this.entry.watch.unsubscribe(this.changed);
			try {
				this.entry.timers.execute(() -> release(this.service, this.entry));
			}
			catch (RejectedExecutionException ignored) {
				// the hub is disconnected: there is nothing left to end
			}
		}

	}

}
