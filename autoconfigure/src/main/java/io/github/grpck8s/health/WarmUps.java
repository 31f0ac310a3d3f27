package io.github.grpck8s.health;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

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
	 * @param warmUps the warm-ups in their order
	 * @param timeout how long to wait for all together
	 */
	public static void run(List<GrpcWarmUp> warmUps, Duration timeout) {
		if (warmUps.isEmpty()) {
			return;
		}
		CountDownLatch done = new CountDownLatch(1);
		Thread thread = new Thread(() -> {
			warmUps.forEach(WarmUps::run);
			done.countDown();
		}, "grpc-k8s-warm-up");
		thread.setDaemon(true);
		thread.start();
		try {
			if (!done.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
				logger.warn("The warm-up is not done after {} (grpc.k8s.health.warm-up-timeout):"
						+ " the application accepts traffic without it", timeout);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void run(GrpcWarmUp warmUp) {
		try {
			warmUp.warmUp();
		}
		catch (Exception | LinkageError ex) {
			logger.warn("Warm-up {} failed", warmUp.getClass().getName(), ex);
		}
	}

}
