package io.github.grpck8s.discovery;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * One thing at a time: a request, or a wait for the next one. Each has its turn, and what
 * comes in late of an earlier turn is ignored. Everything runs under the monitor.
 */
final class Turns {

	private final ApiServer api;

	private final ScheduledExecutorService scheduler;

	private final Consumer<Throwable> failed;

	private boolean closed;

	private long turn;

	private ApiServer.@Nullable Exchange exchange;

	private @Nullable ScheduledFuture<?> timer;

	/**
	 * Create.
	 * @param failed is told what an action throws; must begin another turn
	 */
	Turns(ApiServer api, ScheduledExecutorService scheduler, Consumer<Throwable> failed) {
		this.api = api;
		this.scheduler = scheduler;
		this.failed = failed;
	}

	/**
	 * End all of it.
	 */
	synchronized void close() {
		this.closed = true;
		next();
	}

	/**
	 * Begin the next turn: cancel what runs and whatever was to come.
	 */
	synchronized void next() {
		this.turn++;
		ApiServer.Exchange running = this.exchange;
		this.exchange = null;
		if (running != null) {
			running.cancel();
		}
		if (this.timer != null) {
			this.timer.cancel(false);
			this.timer = null;
		}
	}

	/**
	 * Do something later, if it is still this turn then. A turn has one timer.
	 */
	synchronized void in(long nanos, Runnable action) {
		if (!this.closed) {
			long mine = this.turn;
			this.timer = this.scheduler.schedule(() -> on(mine, action), nanos, TimeUnit.NANOSECONDS);
		}
	}

	/**
	 * Send a request of this turn.
	 */
	synchronized void send(String path, Duration timeout, ApiServer.Listener answer) {
		long mine = this.turn;
		ApiServer.Exchange sent = this.api.get(path, timeout, new ApiServer.Listener() {

			@Override
			public void headers(int status, @Nullable String retryAfter) {
				on(mine, () -> answer.headers(status, retryAfter));
			}

			@Override
			public void data(ByteBuffer part) {
				on(mine, () -> answer.data(part));
			}

			@Override
			public void end(@Nullable Throwable cause) {
				on(mine, () -> {
					// nothing left to cancel: its connection may serve the next request
					Turns.this.exchange = null;
					answer.end(cause);
				});
			}

		});
		if (this.turn == mine) {
			this.exchange = sent;
		}
	}

	private synchronized void on(long mine, Runnable action) {
		if (this.turn != mine || this.closed) {
			return;
		}
		try {
			action.run();
		}
		catch (RuntimeException | LinkageError ex) {
			// whatever it is, the loop must go on
			this.failed.accept(ex);
		}
	}

}
