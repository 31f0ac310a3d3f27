package io.github.grpck8s.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Time that passes when a test says so. Tasks run on the thread of the test.
 */
class FakeTimer extends AbstractExecutorService implements ScheduledExecutorService {

	private final List<Task> tasks = new ArrayList<>();

	private long now;

	void advance(Duration time) {
		long end = this.now + time.toNanos();
		while (true) {
			Task next = this.tasks.stream()
				.filter((task) -> task.due <= end)
				.min(Comparator.comparingLong((task) -> task.due))
				.orElse(null);
			if (next == null) {
				break;
			}
			this.now = Math.max(this.now, next.due);
			if (next.period > 0) {
				next.due += next.period;
				next.command.run();
			}
			else {
				this.tasks.remove(next);
				next.command.run();
			}
		}
		this.now = end;
	}

	int pending() {
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
	public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
		throw new UnsupportedOperationException();
	}

	@Override
	public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void execute(Runnable command) {
		command.run();
	}

	@Override
	public void shutdown() {
	}

	@Override
	public List<Runnable> shutdownNow() {
		return List.of();
	}

	@Override
	public boolean isShutdown() {
		return false;
	}

	@Override
	public boolean isTerminated() {
		return false;
	}

	@Override
	public boolean awaitTermination(long timeout, TimeUnit unit) {
		return true;
	}

	private final class Task extends FutureTask<Object> implements ScheduledFuture<Object> {

		private final Runnable command;

		private final long period;

		private long due;

		private Task(Runnable command, long due, long period) {
			super(command, true);
			this.command = command;
			this.due = due;
			this.period = period;
		}

		@Override
		public boolean cancel(boolean interrupt) {
			FakeTimer.this.tasks.remove(this);
			return super.cancel(interrupt);
		}

		@Override
		public long getDelay(TimeUnit unit) {
			return unit.convert(this.due - FakeTimer.this.now, TimeUnit.NANOSECONDS);
		}

		@Override
		public int compareTo(Delayed other) {
			return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
		}

	}

	/**
	 * Threads whose work is done when a test says so.
	 */
	static class Workers extends FakeTimer {

		private final List<Runnable> waiting = new ArrayList<>();

		@Override
		public void execute(Runnable command) {
			this.waiting.add(command);
		}

		int busy() {
			return this.waiting.size();
		}

		/**
		 * Finish the work that was given first.
		 */
		void finish() {
			this.waiting.remove(0).run();
		}

		void finishAll() {
			while (!this.waiting.isEmpty()) {
				finish();
			}
		}

	}

}
