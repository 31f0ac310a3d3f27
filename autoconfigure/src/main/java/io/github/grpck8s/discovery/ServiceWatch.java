package io.github.grpck8s.discovery;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all channels of a JVM to one Service share: the slices, kept by one list and
 * watch. Thread-safe; subscribers are called without the lock and must only note that
 * something changed.
 */
final class ServiceWatch implements SliceReceiver {

	/**
	 * One window: a pod that moves between slices is in none for a moment.
	 */
	static final long VANISHED_HOLD = TimeUnit.MILLISECONDS.toNanos(100);

	private static final Logger logger = LoggerFactory.getLogger(ServiceWatch.class);

	private final ServiceKey service;

	private final ScheduledExecutorService scheduler;

	private final LongSupplier ticker;

	private final Consumer<Collection<Slice>> seen;

	private final DiscoveryListener listener;

	private final List<Runnable> subscribers = new CopyOnWriteArrayList<>();

	private final FailureLog failures;

	private final SliceStore store = new SliceStore(VANISHED_HOLD);

	private volatile WatchState state;

	private volatile long lastSign;

	private @Nullable ScheduledFuture<?> expiry;

	private @Nullable String absence;

	private boolean closed;

	/**
	 * Create a watch that knows nothing yet.
	 * @param seen is told all slices that come, without any lock
	 * @param listener is told what happens
	 */
	ServiceWatch(ServiceKey service, ScheduledExecutorService scheduler, LongSupplier ticker,
			Consumer<Collection<Slice>> seen, DiscoveryListener listener) {
		this.seen = seen;
		this.listener = listener;
		this.service = service;
		this.scheduler = scheduler;
		this.ticker = ticker;
		this.state = WatchState.unknown(service);
		this.failures = new FailureLog(service);
	}

	WatchState state() {
		return this.state;
	}

	/**
	 * When the API server last proved that the watch lives, on the ticker.
	 */
	long lastSignOfLife() {
		return this.lastSign;
	}

	void subscribe(Runnable changed) {
		this.subscribers.add(changed);
	}

	void unsubscribe(Runnable changed) {
		this.subscribers.remove(changed);
	}

	boolean isUnused() {
		return this.subscribers.isEmpty();
	}

	/**
	 * Keep only what comes from the API server. Harmless when a channel comes back just
	 * now: it makes the same again.
	 */
	void forgetPods() {
		this.state.forgetPods();
	}

	synchronized void close() {
		this.closed = true;
		if (this.expiry != null) {
			this.expiry.cancel(false);
		}
	}

	@Override
	public void listed(Collection<Slice> slices, @Nullable String version) {
		take(slices, version, false);
	}

	@Override
	public void restored(Collection<Slice> slices, String version) {
		logger.warn(
				"The API server knows less of {} than it did (version {}): it must have been restored, and what it says now holds",
				this.service, version);
		take(slices, version, true);
	}

	private void take(Collection<Slice> slices, @Nullable String version, boolean anew) {
		boolean wait;
		boolean first;
		synchronized (this) {
			first = !this.state.synced();
			if (anew) {
				this.store.forgetVersions();
			}
			// a list is one consistent moment: one emission, which waits for all that it
			// holds
			wait = this.store.replace(slices, version, this.ticker.getAsLong()) && !first;
			this.absence = null;
			this.state = this.state.with(null, 0);
			update();
			this.failures.recovered(this.ticker.getAsLong());
		}
		alive();
		if (!first && version != null) {
			this.listener.relisted(this.service.toString());
		}
		this.seen.accept(slices);
		if (!wait) {
			notifySubscribers();
		}
	}

	@Override
	public void absent(String why) {
		synchronized (this) {
			this.store.replace(List.of(), null, this.ticker.getAsLong());
			this.absence = why;
			update();
		}
		alive();
		notifySubscribers();
	}

	@Override
	public void changed(Slice slice) {
		synchronized (this) {
			if (!this.store.put(slice, this.ticker.getAsLong())) {
				return;
			}
			update();
		}
		this.seen.accept(List.of(slice));
		notifySubscribers();
	}

	@Override
	public void deleted(String name, @Nullable String uid, @Nullable String version) {
		synchronized (this) {
			if (!this.store.remove(name, uid, version, this.ticker.getAsLong())) {
				return;
			}
			update();
		}
		notifySubscribers();
	}

	@Override
	public void alive() {
		this.lastSign = this.ticker.getAsLong();
		this.listener.alive(this.service.toString());
		if (this.state.problem() != null) {
			synchronized (this) {
				this.state = this.state.with(null, 0);
				this.failures.recovered(this.ticker.getAsLong());
			}
		}
	}

	@Override
	public void failed(Problem problem) {
		synchronized (this) {
			long now = this.ticker.getAsLong();
			this.state = this.state.with(problem, now);
			this.failures.failed(problem, this.state.synced(), now);
		}
		this.listener.failed(this.service.toString(), problem.code(), this.state.synced());
		notifySubscribers();
	}

	@Override
	public void restarted(String why) {
		logger.debug("Restarting the watch of {}: {}", this.service, why);
		this.listener.restarted(this.service.toString(), why);
	}

	/**
	 * Make the new state, and another one when what is held has to go.
	 */
	private void update() {
		if (this.expiry != null) {
			this.expiry.cancel(false);
			this.expiry = null;
		}
		long next = this.store.expire(this.ticker.getAsLong());
		this.state = this.state.with(this.store.slices(), this.store.held(), this.absence, this.ticker.getAsLong());
		if (next >= 0 && !this.closed) {
			this.expiry = this.scheduler.schedule(this::expire, next, TimeUnit.NANOSECONDS);
		}
	}

	private void expire() {
		synchronized (this) {
			if (this.closed) {
				return;
			}
			update();
		}
		notifySubscribers();
	}

	void notifySubscribers() {
		for (Runnable subscriber : this.subscribers) {
			try {
				subscriber.run();
			}
			catch (RuntimeException ex) {
				logger.warn("A subscriber of {} failed", this.service, ex);
			}
		}
	}

}
