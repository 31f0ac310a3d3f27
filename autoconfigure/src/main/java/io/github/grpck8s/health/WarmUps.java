package io.github.grpck8s.health;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.grpck8s.GrpcWarmUp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the warm-ups of an application. They may take their time, but not for ever, and
 * one that fails keeps the application from nothing: a cold pod is better than none.
 */
public final class WarmUps {

	private static final Logger logger = LoggerFactory.getLogger(WarmUps.class);

	private WarmUps() {
	}

	/**
	 * Run the warm-ups one after another on a daemon thread and wait for the last, or
	 * until the time is up or this thread is interrupted.
	 * @param warmUps the warm-ups by name, in their order
	 * @param timeout how long to wait for all together
	 */
	public static void run(Map<String, GrpcWarmUp> warmUps, Duration timeout) {
		if (warmUps.isEmpty()) {
			return;
		}
		CountDownLatch done = new CountDownLatch(1);
		AtomicReference<String> current = new AtomicReference<>();
		Thread thread = new Thread(() -> {
			warmUps.forEach((name, warmUp) -> {
				current.set(name);
				run(name, warmUp);
			});
			done.countDown();
		}, "grpc-k8s-warm-up");
		thread.setDaemon(true);
		thread.start();
		try {
			if (!done.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
				logger.warn("Warm-up '{}' is not done after {} (grpc.k8s.health.warm-up-timeout):"
						+ " the application accepts traffic without it", current.get(), timeout);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void run(String name, GrpcWarmUp warmUp) {
		try {
			warmUp.warmUp();
		}
		catch (Exception | LinkageError ex) {
			logger.warn("Warm-up '{}' failed", name, ex);
		}
	}

}
