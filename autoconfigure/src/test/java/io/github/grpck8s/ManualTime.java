package io.github.grpck8s;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Time that passes only when a test says so, and what was to happen then, on the thread
 * of the test.
 */
public class ManualTime extends AbstractExecutorService implements ScheduledExecutorService {

	private final PriorityQueue<Task> tasks = new PriorityQueue<>(
			Comparator.comparingLong((Task task) -> task.due).thenComparingLong((task) -> task.order));

	private long now = 1_000_000_000_000L;

	private long order;

	private boolean shutdown;

	/**
	 * As {@link System#nanoTime()}.
	 */
	public long nanos() {
		return this.now;
	}

	/**
	 * As {@link System#currentTimeMillis()}.
	 */
	public long millis() {
		return TimeUnit.NANOSECONDS.toMillis(this.now);
	}

	/**
	 * Let time pass and happen what is due by then.
	 */
	public void pass(Duration time) {
		long end = this.now + time.toNanos();
		Task next = this.tasks.peek();
		while (next != null && next.due <= end) {
			this.tasks.remove();
			this.now = Math.max(this.now, next.due);
			next.happen();
			next = this.tasks.peek();
		}
		this.now = end;
	}

	/**
	 * Let time pass.
	 */
	public void passMillis(long millis) {
		pass(Duration.ofMillis(millis));
	}

	/**
	 * Let happen what is due now.
	 */
	public void settle() {
		pass(Duration.ZERO);
	}

	/**
	 * How much is still to happen.
	 */
	public int pending() {
		return this.tasks.size();
	}

	@Override
	public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
		return add(new Task(command, this.now + unit.toNanos(delay), 0));
	}

	@Override
	public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
		return add(new Task(command, this.now + unit.toNanos(initialDelay), unit.toNanos(period)));
	}

	private Task add(Task task) {
		this.tasks.add(task);
		return task;
	}

	@Override
	public void execute(Runnable command) {
		schedule(command, 0, TimeUnit.NANOSECONDS);
	}

	@Override
	public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
		throw new UnsupportedOperationException();
	}

	@Override
	public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void shutdown() {
		this.shutdown = true;
	}

	@Override
	public List<Runnable> shutdownNow() {
		this.shutdown = true;
		this.tasks.clear();
		return List.of();
	}

	@Override
	public boolean isShutdown() {
		return this.shutdown;
	}

	@Override
	public boolean isTerminated() {
		return this.shutdown;
	}

	@Override
	public boolean awaitTermination(long timeout, TimeUnit unit) {
		return true;
	}

	private final class Task extends FutureTask<Object> implements ScheduledFuture<Object> {

		private final Runnable command;

		private final long period;

		private final long order;

		private long due;

		private Task(Runnable command, long due, long period) {
			super(command, "");
			this.command = command;
			this.due = due;
			this.period = period;
			this.order = ManualTime.this.order++;
		}

		private void happen() {
			if (this.period == 0) {
				run();
				return;
			}
			this.due += this.period;
			this.command.run();
			if (!isCancelled()) {
				add(this);
			}
		}

		@Override
		protected void setException(Throwable cause) {
			throw new IllegalStateException("A task failed", cause);
		}

		@Override
		public boolean cancel(boolean mayInterrupt) {
			ManualTime.this.tasks.remove(this);
			return super.cancel(mayInterrupt);
		}

		@Override
		public long getDelay(TimeUnit unit) {
			return unit.convert(this.due - ManualTime.this.now, TimeUnit.NANOSECONDS);
		}

		@Override
		public int compareTo(Delayed other) {
			return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
		}

	}

}
