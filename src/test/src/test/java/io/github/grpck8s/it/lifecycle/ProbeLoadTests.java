package io.github.grpck8s.it.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import io.github.grpck8s.example.ExampleApplication;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Very many probes while the database does not answer: each is answered at once from the
 * last value, and the database is not asked more often because of them.
 */
@LifecycleCounts
class ProbeLoadTests {

	private static final Duration INTERVAL = Duration.ofMillis(500);

	/** Probes that are under way: a machine that cannot keep up is not to be buried. */
	private static final int AT_ONCE = 1_000;

	private final Map<String, Integer> answers = new ConcurrentHashMap<>();

	@Test
	void probesAreAnsweredWhileAnIndicatorHangs() {
		int perSecond = Figure.count(1_000, 10_000);
		int seconds = Figure.count(2, 10);
		AtomicInteger port = new AtomicInteger();
		ApplicationListener<GrpcServerStartedEvent> started = (event) -> port.set(event.getPort());
		List<ManagedChannel> channels = new ArrayList<>();
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(ExampleApplication.class, Slow.class)
			.web(WebApplicationType.NONE)
			.profiles("server")
			.listeners(started)
			.run("--spring.main.banner-mode=off", "--logging.level.root=warn", "--grpc.server.address=127.0.0.1",
					"--grpc.server.port=0", "--otel.sdk.disabled=true",
					"--spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=PostgreSQL;DB_CLOSE_DELAY=-1",
					"--grpc.k8s.health.interval=" + INTERVAL.toMillis() + "ms", "--grpc.k8s.health.timeout=200ms",
					"--management.endpoint.health.group.readiness.include=readinessState,slow")) {
			Slow slow = context.getBean(Slow.class);
			for (int channel = 0; channel < 4; channel++) {
				channels
					.add(Grpc.newChannelBuilder("dns:///127.0.0.1:" + port.get(), InsecureChannelCredentials.create())
						.build());
			}
			await().atMost(30, TimeUnit.SECONDS).until(() -> check(channels.get(0)).equals("SERVING"));
			int askedBefore = slow.asked.get();
			long from = System.nanoTime();
			slow.hanging = true;
			long[] latencies = probe(channels, perSecond, seconds);
			Duration took = Duration.ofNanos(System.nanoTime() - from);
			int asked = slow.hung.get();
			slow.back.countDown();
			Figure.print(
					"%d probes in %d ms (%d a second wanted) while an indicator hangs: %s; p50 %.2f ms, p99 %.2f ms, "
							+ "slowest %.2f ms; the indicator was asked %d times",
					latencies.length, took.toMillis(), perSecond, this.answers, millis(latencies, 0.5),
					millis(latencies, 0.99), millis(latencies, 1), asked);
			assertThat(this.answers.keySet()).containsExactlyInAnyOrder("SERVING", "NOT_SERVING");
			assertThat(this.answers.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(perSecond * seconds);
			assertThat(asked).as("not asked again before it has come back").isOne();
			slow.hanging = false;
			await().atMost(30, TimeUnit.SECONDS).until(() -> check(channels.get(0)).equals("SERVING"));
			assertThat(slow.asked.get() - askedBefore).as("asked every interval")
				.isLessThanOrEqualTo((int) (Duration.ofNanos(System.nanoTime() - from).dividedBy(INTERVAL)) + 2);
		}
		finally {
			channels.forEach(ManagedChannel::shutdownNow);
		}
	}

	private long[] probe(List<ManagedChannel> channels, int perSecond, int seconds) {
		Semaphore room = new Semaphore(AT_ONCE);
		int count = perSecond * seconds;
		AtomicLongArray latencies = new AtomicLongArray(count);
		AtomicInteger answered = new AtomicInteger();
		long begin = System.nanoTime();
		for (int probe = 0; probe < count; probe++) {
			long due = begin + TimeUnit.SECONDS.toNanos(1) / perSecond * probe;
			while (due - System.nanoTime() > 0) {
				LockSupport.parkNanos(due - System.nanoTime());
			}
			room.acquireUninterruptibly();
			int number = probe;
			long sent = System.nanoTime();
			Futures.addCallback(HealthGrpc.newFutureStub(channels.get(probe % channels.size()))
				.withDeadlineAfter(20, TimeUnit.SECONDS)
				.check(HealthCheckRequest.getDefaultInstance()), new FutureCallback<HealthCheckResponse>() {

					@Override
					public void onSuccess(@Nullable HealthCheckResponse answer) {
						end((answer != null) ? answer.getStatus().name() : "nothing");
					}

					@Override
					public void onFailure(Throwable failure) {
						end(Status.fromThrowable(failure).getCode().name());
					}

					private void end(String what) {
						latencies.set(number, System.nanoTime() - sent);
						ProbeLoadTests.this.answers.merge(what, 1, Integer::sum);
						answered.incrementAndGet();
						room.release();
					}

				}, MoreExecutors.directExecutor());
		}
		await().atMost(30, TimeUnit.SECONDS).until(() -> answered.get() == count);
		long[] sorted = new long[count];
		Arrays.setAll(sorted, latencies::get);
		Arrays.sort(sorted);
		return sorted;
	}

	private static double millis(long[] sorted, double quantile) {
		return sorted[(int) Math.ceil(quantile * sorted.length) - 1] / 1e6;
	}

	private static String check(ManagedChannel channel) {
		return HealthGrpc.newBlockingStub(channel)
			.withDeadlineAfter(5, TimeUnit.SECONDS)
			.check(HealthCheckRequest.getDefaultInstance())
			.getStatus()
			.name();
	}

	/**
	 * Something that the application depends on and that can stop answering.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Slow {

		private final AtomicInteger asked = new AtomicInteger();

		private final AtomicInteger hung = new AtomicInteger();

		private final CountDownLatch back = new CountDownLatch(1);

		private volatile boolean hanging;

		@Bean
		HealthIndicator slowHealthIndicator() {
			return () -> {
				this.asked.incrementAndGet();
				if (this.hanging) {
					this.hung.incrementAndGet();
					try {
						this.back.await();
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
				}
				return Health.up().build();
			};
		}

	}

}
