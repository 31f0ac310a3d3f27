package io.github.grpck8s.shutdown;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import io.github.grpck8s.ServerFeature;
import io.github.grpck8s.ServerLifecycleListener;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Takes the servers of an application out of service in this order: everybody is told,
 * new calls are still served for a while (the delay), the server says GOAWAY, running
 * calls have their time (the grace), those left are closed with UNAVAILABLE, which
 * clients may retry, and only then the connections go.
 * <p>
 * One budget for all servers: the delay is spent once, and the grace counts from the
 * first GOAWAY. An interrupt ends the waiting it meets and never the sequence.
 */
public final class ServerDrain implements ServerFeature, ServerLifecycleListener {

	/** For the last messages to reach the clients. */
	static final Duration FLUSH = Duration.ofMillis(250);

	/**
	 * Calls sent before the GOAWAY had reached their client arrive up to a round trip
	 * later; then connections end by themselves, except those of the silent.
	 */
	static final Duration QUIET = Duration.ofSeconds(1);

	private static final Duration STEP = Duration.ofMillis(10);

	private final Duration delay;

	private final Duration grace;

	private final Runnable announcement;

	private final Consumer<DrainReport> report;

	private final LongSupplier ticker;

	private final Waiting waiting;

	private final @Nullable StreamLimit limit;

	private final DrainTotals totals = new DrainTotals();

	// guarded by this
	private final Queue<RunningCalls> built = new ArrayDeque<>();

	private final Map<Server, RunningCalls> servers = new HashMap<>();

	private long deadline;

	private boolean goneAway;

	/**
	 * Guards begun; held while the delay is waited for, so that nobody goes on before.
	 */
	private final Object beginning = new Object();

	private boolean begun;

	/**
	 * Create a drain.
	 * @param delay how long new calls are still served, 0 or more
	 * @param grace how long running calls have after the GOAWAY, 0 or more
	 * @param announcement tells everybody that the drain begins
	 * @param report takes what became of a server
	 * @param limit how old streams may become, {@code null} for as old as they like
	 */
	public ServerDrain(Duration delay, Duration grace, Runnable announcement, Consumer<DrainReport> report,
			@Nullable StreamLimit limit) {
		this(delay, grace, announcement, report, limit, System::nanoTime,
				(nanos) -> new CountDownLatch(1).await(nanos, TimeUnit.NANOSECONDS));
	}

	ServerDrain(Duration delay, Duration grace, Runnable announcement, Consumer<DrainReport> report,
			@Nullable StreamLimit limit, LongSupplier ticker, Waiting waiting) {
		this.delay = delay;
		this.grace = grace;
		this.announcement = announcement;
		this.report = report;
		this.limit = limit;
		this.ticker = ticker;
		this.waiting = waiting;
	}

	@Override
	public void applyTo(ServerBuilder<?> server) {
		RunningCalls calls = new RunningCalls(this.limit);
		server.intercept(calls);
		synchronized (this) {
			this.built.add(calls);
		}
	}

	@Override
	public void started(Server server) {
		synchronized (this) {
			if (this.servers.isEmpty()) {
				this.goneAway = false;
			}
			// stacks start servers in the order in which they build them
			RunningCalls calls = this.built.poll();
			this.servers.put(server, (calls != null) ? calls : new RunningCalls(null));
		}
		synchronized (this.beginning) {
			// started again after a stop: context restart, checkpoint and restore
			this.begun = false;
		}
	}

	/**
	 * Begin the drain, once: tell everybody, and wait for the delay if there is a server.
	 */
	public void begin() {
		synchronized (this.beginning) {
			if (this.begun) {
				return;
			}
			this.begun = true;
			this.totals.begun(running());
			this.announcement.run();
			if (hasServers() && !this.delay.isZero()) {
				try {
					this.waiting.await(this.delay.toNanos());
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
		}
	}

	@Override
	public void draining(Server server) {
		begin();
	}

	@Override
	public void stopping(Server server) {
		begin();
		RunningCalls calls;
		synchronized (this) {
			calls = this.servers.remove(server);
		}
		if (calls == null) {
			return;
		}
		// one during the delay has ended the delay: the grace is still to come
		boolean interrupted = Thread.interrupted();
		try {
			interrupted |= end(server, calls, this.grace);
		}
		finally {
			server.shutdownNow();
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** Returns whether this thread was interrupted meanwhile. */
	private boolean end(Server server, RunningCalls calls, Duration limit) {
		boolean interrupted = false;
		long goAway = this.ticker.getAsLong();
		server.shutdown();
		calls.cutInfrastructure();
		long end = deadline(goAway + limit.toNanos());
		int running = calls.count();
		this.totals.wentAway(running);
		boolean idle = false;
		try {
			idle = idle(server, calls, end);
		}
		catch (InterruptedException ex) {
			interrupted = true;
		}
		int left = calls.count();
		int cut = idle ? 0 : calls.cut(limit);
		try {
			if (cut > 0) {
				server.awaitTermination(FLUSH.toNanos(), TimeUnit.NANOSECONDS);
			}
		}
		catch (InterruptedException ex) {
			interrupted = true;
		}
		DrainReport report = new DrainReport(Duration.ofNanos(this.ticker.getAsLong() - goAway), running, cut);
		this.totals.ended(left, report);
		this.report.accept(report);
		return interrupted;
	}

	private boolean idle(Server server, RunningCalls calls, long end) throws InterruptedException {
		long quietSince = this.ticker.getAsLong();
		while (!server.awaitTermination(STEP.toNanos(), TimeUnit.NANOSECONDS)) {
			long now = this.ticker.getAsLong();
			if (calls.count() > 0) {
				quietSince = now;
			}
			else if (now - quietSince >= QUIET.toNanos()) {
				return true;
			}
			if (now - end >= 0) {
				return calls.count() == 0;
			}
		}
		return true;
	}

	private synchronized long deadline(long own) {
		if (!this.goneAway) {
			this.goneAway = true;
			this.deadline = own;
		}
		return this.deadline;
	}

	/**
	 * The number of calls of users that run at the moment.
	 * @return how many, on all servers
	 */
	public synchronized int running() {
		return this.servers.values().stream().mapToInt(RunningCalls::count).sum();
	}

	/**
	 * Whether a server is there that has something to lose.
	 * @return whether one has started and not been stopped
	 */
	public synchronized boolean hasServers() {
		return !this.servers.isEmpty();
	}

	DrainTotals totals() {
		return this.totals;
	}

}
