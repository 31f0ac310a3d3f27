package io.github.grpck8s.discovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * Lists the slices of one Service and then watches them, for ever: every way in which a
 * list or a watch can end leads to another one, jittered. One loop of requests, one at a
 * time; each has a turn, and what comes in late of an earlier turn is ignored. All state
 * is guarded by the monitor.
 */
final class EndpointSource implements SharedWatches.Source {

	static final Duration LIST_TIMEOUT = Duration.ofSeconds(30);

	private static final int MIN_WATCH_SECONDS = 300;

	/**
	 * A watch from a version that the API server does not have yet, for example after a
	 * restore: asking again would not help.
	 */
	private static final Set<Integer> RELIST = Set.of(400, 422, 504);

	// so often in a row, then the watch is not asked for from there again
	private static final int MAX_REFUSALS = 3;

	private final ServiceKey service;

	private final ApiServer api;

	private final LongSupplier ticker;

	private final RandomGenerator random;

	private final long silence;

	private final SliceReceiver receiver;

	private final SliceParser parser;

	private final DiscoveryCounters counters;

	private final Backoff backoff;

	private final Turns turns;

	/**
	 * Where the watch goes on; {@code null} asks for a list.
	 */
	private @Nullable String resourceVersion;

	private final ListAge age = new ListAge();

	private final SlicePaths paths;

	private boolean paged = true;

	private boolean expiredBefore;

	private int refusals;

	private long lastSign;

	EndpointSource(ServiceKey service, ApiServer api, ScheduledExecutorService scheduler, LongSupplier ticker,
			RandomGenerator random, Duration silence, DiscoveryCounters counters, SliceReceiver receiver) {
		this.service = service;
		this.paths = new SlicePaths(service);
		this.api = api;
		this.ticker = ticker;
		this.random = random;
		this.silence = silence.toNanos();
		this.receiver = receiver;
		this.counters = counters;
		this.parser = new SliceParser(service, counters);
		this.backoff = new Backoff(random);
		this.turns = new Turns(api, scheduler, this::failed);
	}

	@Override
	public void start() {
		again(0);
	}

	@Override
	public void close() {
		this.turns.close();
	}

	/**
	 * Take the next turn later: a list, or a watch if it is known where it goes on.
	 */
	private void again(long delayMillis) {
		this.turns.next();
		this.turns.in(TimeUnit.MILLISECONDS.toNanos(delayMillis), () -> {
			if (this.resourceVersion == null) {
				list(null, new ArrayList<>());
			}
			else {
				watch(this.resourceVersion);
			}
		});
	}

	private void list(@Nullable String continueFrom, List<Slice> before) {
		TimeoutException late = new TimeoutException("no complete answer within " + LIST_TIMEOUT.toSeconds() + " s");
		this.turns.in(LIST_TIMEOUT.toNanos(), () -> failed(late));
		this.turns.send(this.paths.list(this.paged, continueFrom), LIST_TIMEOUT,
				new ListAnswer(this, before, continueFrom != null));
	}

	/**
	 * Watch from a version on, at most 5 to 10 minutes: not all clients come back at
	 * once.
	 */
	private void watch(String from) {
		int seconds = MIN_WATCH_SECONDS + this.random.nextInt(MIN_WATCH_SECONDS);
		this.lastSign = this.ticker.getAsLong();
		listenForSilence(this.silence);
		// newer JDKs count the whole response
		this.turns.send(this.paths.watch(from, seconds), Duration.ofSeconds(seconds + 60L), new WatchAnswer(this));
	}

	/**
	 * A half-open connection says nothing for ever: without an event or a bookmark in
	 * time it is given up.
	 */
	private void listenForSilence(long nanos) {
		long recheck = this.age.listAgainIn(this.ticker.getAsLong());
		this.turns.in((recheck >= 0) ? Math.min(recheck, nanos) : nanos, () -> {
			long now = this.ticker.getAsLong();
			long left = this.lastSign + this.silence - now;
			if (this.age.listAgainIn(now) == 0) {
				this.resourceVersion = null;
				again(this.backoff.beforeRelist());
			}
			else if (left > 0) {
				listenForSilence(left);
			}
			else {
				this.receiver.restarted("silent");
				again(this.backoff.afterCleanEnd());
			}
		});
	}

	// what the answers call, on their turn

	SliceParser parser() {
		return this.parser;
	}

	void skipped() {
		this.counters.malformed(this.service);
	}

	SliceReceiver receiver() {
		return this.receiver;
	}

	void signOfLife() {
		this.lastSign = this.ticker.getAsLong();
		this.receiver.alive();
	}

	void reached(String version) {
		this.resourceVersion = version;
		this.age.reached(version);
	}

	void nextPage(String continueFrom, List<Slice> soFar) {
		this.turns.next();
		list(continueFrom, soFar);
	}

	void listed(List<Slice> slices, String version) {
		this.paged = true;
		if (this.age.listed(version, this.ticker.getAsLong())) {
			this.receiver.restored(slices, version);
		}
		else {
			this.receiver.listed(slices, version);
		}
		this.resourceVersion = version;
		this.turns.next();
		watch(version);
	}

	void watching() {
		this.backoff.succeeded();
		signOfLife();
	}

	void event() {
		this.expiredBefore = false;
		this.refusals = 0;
		signOfLife();
	}

	/**
	 * What we know is too old to go on from: list again, meanwhile nothing changes.
	 */
	void expired(boolean betweenPages) {
		// pages of one list that expire twice would do so for ever
		this.paged = !betweenPages;
		this.resourceVersion = null;
		boolean twice = this.expiredBefore;
		this.expiredBefore = true;
		again(twice ? this.backoff.afterFailure() : this.backoff.beforeRelist());
		this.receiver.restarted("expired");
	}

	void endedCleanly() {
		this.receiver.restarted("ended");
		again(this.backoff.afterCleanEnd());
	}

	void failed(Throwable cause) {
		again(this.backoff.afterFailure());
		this.receiver.failed(Problem.unreachable(cause, this.service, this.api.url()));
	}

	void refused(int status, String verb, String body, @Nullable String retryAfter) {
		Problem problem = Problem.http(status, verb, body, this.service, this.api.url(), this.api.serviceAccount());
		this.refusals++;
		if (problem.denied() || RELIST.contains(status) || this.refusals % MAX_REFUSALS == 0) {
			// a watch that is not allowed, or not from there, still leaves the list
			this.resourceVersion = null;
		}
		again(this.backoff.afterRefusal(retryAfter));
		this.receiver.failed(problem);
	}

}
