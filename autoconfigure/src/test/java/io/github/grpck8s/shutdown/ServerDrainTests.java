package io.github.grpck8s.shutdown;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.grpc.Server;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The order and the times of the drain, with time that does not pass by itself.
 */
class ServerDrainTests {

	private final List<String> events = new ArrayList<>();

	private final List<DrainReport> reports = new ArrayList<>();

	private long now = 1_000;

	private @Nullable Runnable duringDelay;

	@AfterEach
	void clearInterrupt() {
		Thread.interrupted();
	}

	@Test
	void r82TellsWaitsSaysGoAwayAndEnds() {
		ServerDrain drain = drain(Duration.ofSeconds(5), Duration.ofSeconds(20));
		FakeServer server = new FakeServer("a");
		drain.started(server);
		drain.begin();
		assertThat(this.events).containsExactly("told", "waited 5000");
		drain.stopping(server);
		assertThat(this.events).containsExactly("told", "waited 5000", "a goaway 5000", "a now 6000");
		assertThat(this.reports).singleElement().isEqualTo(new DrainReport(ServerDrain.QUIET, 0, 0));
	}

	@Test
	void aStopWithoutTheEndOfTheContextBeginsTheDrain() {
		ServerDrain drain = drain(Duration.ofSeconds(5), Duration.ofSeconds(20));
		FakeServer server = new FakeServer("a");
		drain.started(server);
		drain.stopping(server);
		assertThat(this.events).startsWith("told", "waited 5000", "a goaway 5000");
	}

	@Test
	void withoutAServerThereIsNothingToWaitFor() {
		ServerDrain drain = drain(Duration.ofSeconds(5), Duration.ofSeconds(20));
		drain.begin();
		drain.begin();
		assertThat(this.events).containsExactly("told");
	}

	@Test
	void aServerThatHasEndedNeedsNoMoreTime() {
		ServerDrain drain = drain(Duration.ZERO, Duration.ofSeconds(20));
		FakeServer server = new FakeServer("a");
		server.terminatesAfter = Duration.ofMillis(20);
		drain.started(server);
		drain.stopping(server);
		assertThat(this.events).containsExactly("told", "a goaway 0", "a now 20");
	}

	@Test
	void severalServersSpendOneDelay() {
		ServerDrain drain = drain(Duration.ofSeconds(5), Duration.ofSeconds(20));
		FakeServer first = new FakeServer("a");
		FakeServer second = new FakeServer("b");
		drain.started(first);
		drain.started(second);
		drain.stopping(first);
		drain.stopping(second);
		assertThat(this.events).containsExactly("told", "waited 5000", "a goaway 5000", "a now 6000", "b goaway 6000",
				"b now 7000");
	}

	@Test
	void r87AnInterruptEndsTheDelayAndNotTheSequence() {
		ServerDrain drain = drain(Duration.ofSeconds(5), Duration.ofSeconds(20));
		FakeServer server = new FakeServer("a");
		drain.started(server);
		this.duringDelay = () -> Thread.currentThread().interrupt();
		drain.begin();
		drain.stopping(server);
		assertThat(this.events).containsExactly("told", "interrupted", "a goaway 0", "a now 1000");
		assertThat(Thread.interrupted()).as("the flag is left as it was found").isTrue();
	}

	@Test
	void aServerThatStartsAgainIsDrainedAgain() {
		ServerDrain drain = drain(Duration.ofSeconds(5), Duration.ofSeconds(20));
		FakeServer server = new FakeServer("a");
		drain.started(server);
		drain.stopping(server);
		this.events.clear();
		this.now = 0;
		drain.started(server);
		drain.begin();
		assertThat(this.events).containsExactly("told", "waited 5000");
	}

	@Test
	void aServerThatIsStoppedTwiceIsDrainedOnce() {
		ServerDrain drain = drain(Duration.ZERO, Duration.ofSeconds(20));
		FakeServer server = new FakeServer("a");
		drain.started(server);
		drain.stopping(server);
		drain.stopping(server);
		assertThat(this.reports).hasSize(1);
		assertThat(drain.hasServers()).isFalse();
	}

	private ServerDrain drain(Duration delay, Duration grace) {
		return new ServerDrain(delay, grace, () -> this.events.add("told"), this.reports::add, null, () -> this.now,
				this::await);
	}

	private void await(long nanos) throws InterruptedException {
		if (this.duringDelay != null) {
			this.duringDelay.run();
		}
		if (Thread.interrupted()) {
			this.events.add("interrupted");
			throw new InterruptedException();
		}
		this.now += nanos;
		this.events.add("waited " + millis());
	}

	private long millis() {
		return TimeUnit.NANOSECONDS.toMillis(this.now);
	}

	/**
	 * A server on which waiting takes no time.
	 */
	private final class FakeServer extends Server {

		private final String name;

		private Duration terminatesAfter = Duration.ofDays(1);

		private long shutdownAt;

		private FakeServer(String name) {
			this.name = name;
		}

		@Override
		public Server start() {
			return this;
		}

		@Override
		public Server shutdown() {
			this.shutdownAt = ServerDrainTests.this.now;
			ServerDrainTests.this.events.add(this.name + " goaway " + millis());
			return this;
		}

		@Override
		public Server shutdownNow() {
			ServerDrainTests.this.events.add(this.name + " now " + millis());
			return this;
		}

		@Override
		public boolean isShutdown() {
			return this.shutdownAt > 0;
		}

		@Override
		public boolean isTerminated() {
			return ServerDrainTests.this.now >= this.shutdownAt + this.terminatesAfter.toNanos();
		}

		@Override
		public boolean awaitTermination(long timeout, TimeUnit unit) {
			if (!isTerminated()) {
				ServerDrainTests.this.now += unit.toNanos(timeout);
			}
			return isTerminated();
		}

		@Override
		public void awaitTermination() {
		}

	}

}
