package io.github.grpck8s.discovery;

import java.time.Duration;
import java.util.ArrayList;
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
 * Time that passes only when it is told to, and what was to happen then. For one thread.
 */
final class FakeTime extends AbstractExecutorService implements ScheduledExecutorService {

	private final PriorityQueue<Task> tasks = new PriorityQueue<>(
			Comparator.comparingLong((Task task) -> task.at).thenComparingLong((task) -> task.order));

	private long now = 1_000_000_000_000L;

	private long order;

	private boolean shutdown;

	long nanos() {
		return this.now;
	}

	long millis() {
		return TimeUnit.NANOSECONDS.toMillis(this.now);
	}

	void pass(Duration time) {
		long end = this.now + time.toNanos();
		while (true) {
			Task next = this.tasks.peek();
			if (next == null || next.at > end) {
				break;
			}
			this.tasks.remove();
			this.now = Math.max(this.now, next.at);
			next.run();
		}
		this.now = end;
	}

	void passMillis(long millis) {
		pass(Duration.ofMillis(millis));
	}

	/**
	 * Let happen what is due now.
	 */
	void settle() {
		pass(Duration.ZERO);
	}

	int pending() {
		return this.tasks.size();
	}

	@Override
	public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
		Task task = new Task(command, this.now + unit.toNanos(delay));
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
	public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
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
		return new ArrayList<>();
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

		private final long at;

		private final long order;

		private Task(Runnable command, long at) {
			super(() -> {
				command.run();
				return "";
			});
			this.at = at;
			this.order = FakeTime.this.order++;
		}

		@Override
		protected void setException(Throwable cause) {
			throw new IllegalStateException("A task failed", cause);
		}

		@Override
		public boolean cancel(boolean mayInterrupt) {
			FakeTime.this.tasks.remove(this);
			return super.cancel(mayInterrupt);
		}

		@Override
		public long getDelay(TimeUnit unit) {
			return unit.convert(this.at - FakeTime.this.now, TimeUnit.NANOSECONDS);
		}

		@Override
		public int compareTo(Delayed other) {
			return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
		}

	}

}
