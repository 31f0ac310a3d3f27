package io.github.grpck8s.discovery;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Watches that channels share, each kept for a while after its last channel left, because
 * a channel that goes idle or is rebuilt comes back. Without a watch there is no thread.
 * Thread-safe.
 *
 * @param <K> what a watch is of
 */
final class SharedWatches<K> {

	private final Supplier<ScheduledExecutorService> threads;

	private final Consumer<K> ended;

	private final Runnable idle;

	private final Map<K, Entry> watches = new HashMap<>();

	// the values of the map, to be read without the lock
	private final List<ServiceWatch> all = new CopyOnWriteArrayList<>();

	private @Nullable ScheduledExecutorService scheduler;

	/**
	 * Create.
	 * @param threads makes the timer thread; not called before the first subscription
	 * @param ended is told, under the lock, which watch has ended
	 * @param idle is told, under the lock, that there is none left
	 */
	SharedWatches(Supplier<ScheduledExecutorService> threads, Consumer<K> ended, Runnable idle) {
		this.threads = threads;
		this.ended = ended;
		this.idle = idle;
	}

	/**
	 * Follow something.
	 * @param linger how long it is followed when nobody does any more
	 * @param changed is called whenever the state may have changed; must return at once
	 * @param open begins to follow it, under the lock
	 */
	synchronized Lease subscribe(K key, Duration linger, Runnable changed,
			Function<ScheduledExecutorService, Opened> open) {
		Entry entry = this.watches.get(key);
		if (entry == null) {
			if (this.scheduler == null) {
				this.scheduler = this.threads.get();
			}
			entry = new Entry(open.apply(this.scheduler), this.scheduler);
			this.all.add(entry.opened.watch());
			this.watches.put(key, entry);
			entry.opened.source().start();
		}
		if (entry.linger != null) {
			entry.linger.cancel(false);
			entry.linger = null;
		}
		entry.lingerNanos = linger.toNanos();
		entry.opened.watch().subscribe(changed);
		return new Lease(key, entry, changed);
	}

	/**
	 * Whether something is followed.
	 */
	synchronized boolean anyMatch(Predicate<K> what) {
		return this.watches.keySet().stream().anyMatch(what);
	}

	/**
	 * Do something with every watch, without the lock.
	 */
	void forEach(Consumer<ServiceWatch> action) {
		this.all.forEach(action);
	}

	private synchronized void release(K key, Entry entry) {
		if (!entry.opened.watch().isUnused() || entry.linger != null) {
			return;
		}
		if (entry.lingerNanos <= 0 || this.watches.get(key) != entry) {
			end(key, entry);
			return;
		}
		entry.opened.watch().forgetPods();
		entry.linger = entry.timers.schedule(() -> endIfUnused(key, entry), entry.lingerNanos, TimeUnit.NANOSECONDS);
	}

	private synchronized void endIfUnused(K key, Entry entry) {
		if (entry.opened.watch().isUnused()) {
			end(key, entry);
		}
	}

	private void end(K key, Entry entry) {
		if (this.watches.remove(key, entry)) {
			entry.opened.source().close();
			entry.opened.watch().close();
			this.all.remove(entry.opened.watch());
			this.ended.accept(key);
		}
		if (this.watches.isEmpty() && this.scheduler != null) {
			this.idle.run();
			this.scheduler.shutdownNow();
			this.scheduler = null;
		}
	}

	/**
	 * End what only lingers, at once; what channels still use ends with them.
	 */
	synchronized void endUnused() {
		Map.copyOf(this.watches).forEach((key, entry) -> {
			if (entry.opened.watch().isUnused()) {
				end(key, entry);
			}
			else {
				entry.lingerNanos = 0;
			}
		});
	}

	/**
	 * Where the slices of a watch come from.
	 */
	interface Source extends AutoCloseable {

		/**
		 * Begin.
		 */
		void start();

		/**
		 * Look again soon, where looking is all there is.
		 */
		default void refresh() {
		}

		@Override
		void close();

	}

	/**
	 * A watch and where its slices come from.
	 */
	record Opened(ServiceWatch watch, Source source) {
	}

	/**
	 * How a watch lingers. Guarded by the lock.
	 */
	private static final class Entry {

		private final Opened opened;

		private final ScheduledExecutorService timers;

		private long lingerNanos;

		private @Nullable ScheduledFuture<?> linger;

		private Entry(Opened opened, ScheduledExecutorService timers) {
			this.opened = opened;
			this.timers = timers;
		}

	}

	/**
	 * One subscriber's share of a watch.
	 */
	final class Lease implements AutoCloseable {

		private final K key;

		private final Entry entry;

		private final Runnable changed;

		private Lease(K key, Entry entry, Runnable changed) {
			this.key = key;
			this.entry = entry;
			this.changed = changed;
		}

		WatchState state() {
			return this.entry.opened.watch().state();
		}

		/**
		 * Have a look taken again soon; waits for nothing and nobody.
		 */
		void refresh() {
			elsewhere(this.entry.opened.source()::refresh);
		}

		/**
		 * Leave; waits for nothing and nobody.
		 */
		@Override
		public void close() {
			this.entry.opened.watch().unsubscribe(this.changed);
			elsewhere(() -> release(this.key, this.entry));
		}

		private void elsewhere(Runnable task) {
			try {
				this.entry.timers.execute(task);
			}
			catch (RejectedExecutionException ignored) {
				// all have ended: there is nothing left to do
			}
		}

	}

}
