package io.github.grpck8s.health;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks indicators in rounds and keeps their last answers, so that a probe never waits for
 * one. Each indicator is asked on a daemon thread of its own: one that hangs counts as
 * {@link Indicator#DOWN}, delays no other, and is not asked again before it has come
 * back. What it says when it comes back too late is not believed either, or it would flap
 * in each round.
 */
public final class IndicatorPoller implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(IndicatorPoller.class);

	private final Supplier<Map<String, Indicator>> indicators;

	private final long intervalNanos;

	private final long timeoutNanos;

	private final ScheduledExecutorService timer;

	private final ExecutorService workers;

	private final Map<String, PolledIndicator> polled = new ConcurrentHashMap<>();

	private final LongAdder timeouts = new LongAdder();

	private volatile Runnable changed = () -> {
	};

	/** Whether the indicators of the first round are all among the polled. */
	private volatile boolean listed;

	private volatile boolean complete;

	private @Nullable ScheduledFuture<?> rounds;

	/**
	 * Create a poller that has not begun.
	 * @param indicators lists the indicators by name at the start of each round
	 * @param interval the time between the starts of two rounds, positive
	 * @param timeout the time that an indicator has to answer, positive
	 */
	public IndicatorPoller(Supplier<Map<String, Indicator>> indicators, Duration interval, Duration timeout) {
		this(indicators, interval, timeout, newTimer(),
				Executors.newCachedThreadPool(daemons("grpc-k8s-health-indicator-")));
	}

	IndicatorPoller(Supplier<Map<String, Indicator>> indicators, Duration interval, Duration timeout,
			ScheduledExecutorService timer, ExecutorService workers) {
		this.indicators = indicators;
		this.intervalNanos = interval.toNanos();
		this.timeoutNanos = timeout.toNanos();
		this.timer = timer;
		this.workers = workers;
	}

	/**
	 * Begin with the first round, at once, on another thread. Does nothing if begun.
	 * @param changed is run when an answer differs from the one before, on any thread
	 */
	public synchronized void start(Runnable changed) {
		if (this.rounds == null) {
			this.changed = changed;
			this.rounds = this.timer.scheduleAtFixedRate(this::round, 0, this.intervalNanos, TimeUnit.NANOSECONDS);
		}
	}

	/**
	 * Ask no more; the last answers stay. May be started again.
	 */
	public synchronized void stop() {
		if (this.rounds != null) {
			this.rounds.cancel(false);
			this.rounds = null;
		}
	}

	/**
	 * Stop for good and interrupt the indicators that hang.
	 */
	@Override
	public void close() {
		stop();
		this.timer.shutdownNow();
		this.workers.shutdownNow();
	}

	/**
	 * What an indicator said last.
	 * @param name the name of the indicator
	 * @return the code of its status, {@code null} as long as it was not asked or has
	 * neither answered nor run out of time
	 */
	public @Nullable String last(String name) {
		PolledIndicator indicator = this.polled.get(name);
		return (indicator != null) ? indicator.status() : null;
	}

	/**
	 * Whether every indicator of the first round has answered or run out of time.
	 * @return whether the first round is over
	 */
	public boolean complete() {
		return this.complete;
	}

	/**
	 * How often an indicator had not answered in time.
	 */
	long timeouts() {
		return this.timeouts.sum();
	}

	private void round() {
		try {
			Map<String, Indicator> now = this.indicators.get();
			this.polled.keySet().retainAll(now.keySet());
			now.forEach((name, indicator) -> this.polled.computeIfAbsent(name, PolledIndicator::new));
			this.listed = true;
			now.forEach(this::ask);
			answered(false);
		}
		catch (RejectedExecutionException ignored) {
			// closed meanwhile
		}
		catch (Throwable ex) {
			// A scheduled task that throws would never run again, and errors pass as
			// well:
			// no thread can be started, an indicator's class cannot be loaded
			logger.warn("The health indicators cannot be asked; the last answers stay until the next round", ex);
		}
	}

	private void ask(String name, Indicator indicator) {
		PolledIndicator state = this.polled.get(name);
		if (state == null || !state.ask()) {
			return;
		}
		ScheduledFuture<?> limit = this.timer.schedule(() -> answered(state.late(this.timeoutNanos, this.timeouts)),
				this.timeoutNanos, TimeUnit.NANOSECONDS);
		boolean begun = false;
		try {
			this.workers.execute(() -> {
				String status = status(name, indicator);
				limit.cancel(false);
				answered(state.answered(status));
			});
			begun = true;
		}
		finally {
			if (!begun) {
				// or it would be taken for one that hangs, and never be asked again
				limit.cancel(false);
				state.notAsked();
			}
		}
	}

	private static String status(String name, Indicator indicator) {
		try {
			return indicator.status();
		}
		catch (Exception | LinkageError ex) {
			logger.debug("Health indicator '{}' failed", name, ex);
		}
		catch (Throwable ex) {
			logger.warn("Health indicator '{}' failed with an error", name, ex);
		}
		return Indicator.DOWN;
	}

	private void answered(boolean differs) {
		boolean first = !this.complete && this.listed
				&& this.polled.values().stream().allMatch((indicator) -> indicator.status() != null);
		if (first) {
			this.complete = true;
		}
		if (first || differs) {
			this.changed.run();
		}
	}

	private static ScheduledExecutorService newTimer() {
		ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, daemons("grpc-k8s-health-timer-"));
		timer.setRemoveOnCancelPolicy(true);
		return timer;
	}

	private static ThreadFactory daemons(String prefix) {
		AtomicInteger count = new AtomicInteger();
		return (task) -> {
			Thread thread = new Thread(task, prefix + count.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		};
	}

}
