package io.github.grpck8s.shutdown;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Ends streams that have become old, so that their clients begin new ones elsewhere. A
 * stream stays on its connection, and a connection on its pod, for as long as the stream
 * lasts: pods that were added later would never get any. Safe for use by many threads.
 */
public final class StreamLimit implements AutoCloseable {

	/**
	 * Streams that began together do not end together: each has up to a tenth more or
	 * less, as the age of connections (R88).
	 */
	private static final double JITTER = 0.1;

	private final Duration age;

	private final ScheduledExecutorService timer;

	private final DoubleSupplier chance;

	/**
	 * Create a limit.
	 * @param age how long a stream may last, positive
	 */
	public StreamLimit(Duration age) {
		this(age, newTimer(), () -> ThreadLocalRandom.current().nextDouble());
	}

	StreamLimit(Duration age, ScheduledExecutorService timer, DoubleSupplier chance) {
		this.age = age;
		this.timer = timer;
		this.chance = chance;
	}

	/**
	 * End a stream when it has become old.
	 * @param stream the stream, which begins now
	 * @return forgets the stream when cancelled, {@code null} if nobody will end it
	 */
	@Nullable Future<?> watch(RunningCall<?, ?> stream) {
		long nanos = (long) (this.age.toNanos() * (1 - JITTER + 2 * JITTER * this.chance.getAsDouble()));
		try {
			Runnable end = () -> stream.cut(old());
			return this.timer.schedule(end, nanos, TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			// closed: the application is going, and the drain ends what is left
			return null;
		}
	}

	private Status old() {
		return Status.UNAVAILABLE.withDescription("the stream has lasted " + this.age
				+ " (grpc.k8s.shutdown.max-stream-age): begin a new one, which may go to another server");
	}

	@Override
	public void close() {
		this.timer.shutdownNow();
	}

	private static ScheduledExecutorService newTimer() {
		ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, "grpc-k8s-stream-limit");
			thread.setDaemon(true);
			return thread;
		});
		timer.setRemoveOnCancelPolicy(true);
		return timer;
	}

}
