package io.github.grpck8s.health;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpck8s.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * When indicators are asked, and what is believed of them.
 */
class IndicatorPollerTests {

	private static final Duration INTERVAL = Duration.ofSeconds(5);

	private static final Duration TIMEOUT = Duration.ofSeconds(1);

	private final Map<String, Indicator> indicators = new LinkedHashMap<>();

	private final ManualTime timer = new ManualTime();

	private final Workers workers = new Workers();

	private final AtomicInteger changes = new AtomicInteger();

	private final IndicatorPoller poller = new IndicatorPoller(() -> this.indicators, INTERVAL, TIMEOUT, this.timer,
			this.workers);

	@AfterEach
	void close() {
		this.poller.close();
	}

	@Test
	void asksAtOnceAndKnowsNothingBeforeTheAnswer() {
		this.indicators.put("db", () -> "UP");
		start();
		assertThat(this.workers.busy()).isOne();
		assertThat(this.poller.last("db")).isNull();
		assertThat(this.poller.complete()).isFalse();
		this.workers.finishAll();
		assertThat(this.poller.last("db")).isEqualTo("UP");
		assertThat(this.poller.complete()).isTrue();
		assertThat(this.changes).hasValueGreaterThan(0);
	}

	@Test
	void asksOncePerIntervalHoweverOftenItIsRead() {
		AtomicInteger asked = new AtomicInteger();
		this.indicators.put("db", () -> "UP" + asked.incrementAndGet());
		start();
		for (int i = 0; i < 10; i++) {
			this.workers.finishAll();
			this.poller.last("db");
			this.timer.pass(INTERVAL);
		}
		assertThat(asked).hasValue(10);
	}

	@Test
	void tellsOfChangesOnly() {
		this.indicators.put("db", () -> "UP");
		start();
		this.workers.finishAll();
		int afterFirst = this.changes.get();
		this.timer.pass(INTERVAL);
		this.workers.finishAll();
		assertThat(this.changes).hasValue(afterFirst);
		this.indicators.put("db", () -> "OUT_OF_SERVICE");
		this.timer.pass(INTERVAL);
		this.workers.finishAll();
		assertThat(this.changes).hasValue(afterFirst + 1);
		assertThat(this.poller.last("db")).isEqualTo("OUT_OF_SERVICE");
	}

	@Test
	void aFailureIsDown() {
		this.indicators.put("db", () -> {
			throw new IllegalStateException("no connection");
		});
		this.indicators.put("old", () -> {
			throw new NoSuchMethodError("old library");
		});
		start();
		this.workers.finishAll();
		assertThat(this.poller.last("db")).isEqualTo("DOWN");
		assertThat(this.poller.last("old")).isEqualTo("DOWN");
	}

	@Test
	void oneThatHangsIsDownAndNotAskedAgainBeforeItComesBack() {
		this.indicators.put("db", () -> "UP");
		start();
		this.timer.pass(TIMEOUT);
		assertThat(this.poller.last("db")).isEqualTo("DOWN");
		assertThat(this.poller.complete()).isTrue();
		this.timer.pass(INTERVAL.multipliedBy(3));
		assertThat(this.workers.busy()).isOne();
		assertThat(this.poller.timeouts()).as("counted when its time is up").isOne();
		this.workers.finish();
		assertThat(this.poller.last("db")).as("an answer that comes too late").isEqualTo("DOWN");
		this.timer.pass(INTERVAL.minus(TIMEOUT));
		this.workers.finish();
		assertThat(this.poller.last("db")).isEqualTo("UP");
		assertThat(this.timer.pending()).as("only the next round").isOne();
	}

	@Test
	void forgetsIndicatorsThatAreGone() {
		this.indicators.put("db", () -> "UP");
		start();
		this.workers.finishAll();
		this.indicators.remove("db");
		this.timer.pass(INTERVAL);
		assertThat(this.poller.last("db")).isNull();
	}

	@Test
	void isCompleteWithoutIndicators() {
		start();
		assertThat(this.poller.complete()).isTrue();
		assertThat(this.changes).hasValue(1);
	}

	@Test
	void stopsAndStartsAgain() {
		this.indicators.put("db", () -> "UP");
		start();
		this.workers.finishAll();
		this.poller.stop();
		this.timer.pass(INTERVAL.multipliedBy(3));
		assertThat(this.workers.busy()).isZero();
		assertThat(this.poller.last("db")).isEqualTo("UP");
		start();
		assertThat(this.workers.busy()).isOne();
	}

	@Test
	void goesOnWhenTheIndicatorsCannotBeListed() {
		this.indicators.put("db", () -> "UP");
		boolean[] broken = { true };
		IndicatorPoller shaky = new IndicatorPoller(() -> {
			if (broken[0]) {
				throw new IllegalStateException("broken");
			}
			return this.indicators;
		}, INTERVAL, TIMEOUT, this.timer, this.workers);
		shaky.start(this.changes::incrementAndGet);
		this.timer.pass(Duration.ZERO);
		assertThat(shaky.complete()).isFalse();
		broken[0] = false;
		this.timer.pass(INTERVAL);
		this.workers.finishAll();
		assertThat(shaky.last("db")).isEqualTo("UP");
	}

	@Test
	void errorsEndNeitherTheRoundsNorTheIndicator() {
		int[] round = { 0 };
		AtomicInteger rejected = new AtomicInteger();
		ExecutorService noThread = new Workers() {

			@Override
			public void execute(Runnable task) {
				if (rejected.getAndIncrement() == 0) {
					throw new OutOfMemoryError("unable to create native thread");
				}
				super.execute(task);
			}

		};
		this.indicators.put("db", () -> {
			if (round[0] == 2) {
				throw new StackOverflowError();
			}
			return "UP";
		});
		IndicatorPoller shaky = new IndicatorPoller(() -> {
			if (round[0]++ == 0) {
				throw new NoClassDefFoundError("org/example/Gone");
			}
			return this.indicators;
		}, INTERVAL, TIMEOUT, this.timer, noThread);
		shaky.start(this.changes::incrementAndGet);
		this.timer.pass(Duration.ZERO);
		this.timer.pass(INTERVAL);
		assertThat(rejected).as("no thread for it").hasValue(1);
		this.timer.pass(TIMEOUT);
		assertThat(shaky.timeouts()).as("it was not asked").isZero();
		this.timer.pass(INTERVAL.minus(TIMEOUT));
		((Workers) noThread).finishAll();
		assertThat(shaky.last("db")).isEqualTo("UP");
		round[0] = 1;
		this.timer.pass(INTERVAL);
		((Workers) noThread).finishAll();
		assertThat(shaky.last("db")).isEqualTo("DOWN");
	}

	@Test
	void oneThatHangsForRealDelaysNoOther() throws Exception {
		CountDownLatch hanging = new CountDownLatch(1);
		CountDownLatch interrupted = new CountDownLatch(1);
		Map<String, Indicator> mixed = new LinkedHashMap<>();
		mixed.put("slow", () -> {
			try {
				hanging.await();
				return "UP";
			}
			catch (InterruptedException ex) {
				interrupted.countDown();
				throw ex;
			}
		});
		mixed.put("fast", () -> Thread.currentThread().isDaemon() ? "UP" : "NO DAEMON");
		try (IndicatorPoller real = new IndicatorPoller(() -> mixed, Duration.ofMillis(100), Duration.ofMillis(300))) {
			real.start(() -> {
			});
			await().until(() -> "UP".equals(real.last("fast")));
			assertThat(real.last("slow")).isNull();
			await().until(() -> "DOWN".equals(real.last("slow")));
			assertThat(real.last("fast")).isEqualTo("UP");
		}
		assertThat(interrupted.await(5, TimeUnit.SECONDS)).as("closing ends what hangs").isTrue();
	}

	private void start() {
		this.poller.start(this.changes::incrementAndGet);
		this.timer.pass(Duration.ZERO);
	}

}
