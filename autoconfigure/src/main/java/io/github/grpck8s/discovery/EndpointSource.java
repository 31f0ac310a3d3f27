package io.github.grpck8s.discovery;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Lists the slices of one Service and then watches them, for ever: every way in which a
 * list or a watch can end leads to another one, jittered. One loop of requests, one at a
 * time; each has a turn, and what comes in late of an earlier turn is ignored. All state
 * is guarded by the monitor.
 */
final class EndpointSource {

	static final Duration LIST_TIMEOUT = Duration.ofSeconds(30);

	private static final int PAGE = 500;

	private static final int MIN_WATCH_SECONDS = 300;

	/**
	 * A watch from a version that the API server does not have yet, for example after a
	 * restore: asking again would not help.
	 */
	private static final Set<Integer> RELIST = Set.of(400, 422, 504);

	private final ServiceKey service;

	private final ApiServer api;

	private final ScheduledExecutorService scheduler;

	private final LongSupplier ticker;

	private final RandomGenerator random;

	private final long silence;

	private final Receiver receiver;

	private final SliceParser parser;

	private final DiscoveryCounters counters;

	private final Backoff backoff;

	private boolean closed;

	private long turn;

	private ApiServer.@Nullable Exchange exchange;

	private @Nullable ScheduledFuture<?> timer;

	/**
	 * Where the watch goes on; {@code null} asks for a list.
	 */
	private @Nullable String resourceVersion;

	private boolean paged = true;

	private long lastSign;

	EndpointSource(ServiceKey service, ApiServer api, ScheduledExecutorService scheduler, LongSupplier ticker,
			RandomGenerator random, Duration silence, DiscoveryCounters counters, Receiver receiver) {
		this.service = service;
		this.api = api;
		this.scheduler = scheduler;
		this.ticker = ticker;
		this.random = random;
		this.silence = silence.toNanos();
		this.receiver = receiver;
		this.counters = counters;
		this.parser = new SliceParser(service, counters);
		this.backoff = new Backoff(random);
	}

	/**
	 * Begin; returns at once.
	 */
	synchronized void start() {
		again(0);
	}

	synchronized void close() {
		this.closed = true;
		stop();
	}

	/**
	 * End the turn: cancel what runs and whatever was to come.
	 */
	private void stop() {
		this.turn++;
		ApiServer.Exchange running = this.exchange;
		this.exchange = null;
		if (running != null) {
			running.cancel();
		}
		if (this.timer != null) {
			this.timer.cancel(false);
			this.timer = null;
		}
	}

	/**
	 * Take the next turn later: a list, or a watch if it is known where it goes on.
	 */
	private void again(long delayMillis) {
		stop();
		if (this.closed) {
			return;
		}
		long mine = this.turn;
		this.timer = this.scheduler.schedule(() -> onTurn(mine, () -> {
			if (this.resourceVersion == null) {
				list(null, new ArrayList<>());
			}
			else {
				watch(this.resourceVersion);
			}
		}), delayMillis, TimeUnit.MILLISECONDS);
	}

	private synchronized void onTurn(long mine, Runnable action) {
		if (this.turn != mine || this.closed) {
			return;
		}
		try {
			action.run();
		}
		catch (RuntimeException | LinkageError ex) {
			// whatever it is, the loop must go on
			failed(ex);
		}
	}

	private void list(@Nullable String continueFrom, List<Slice> before) {
		StringBuilder path = path();
		if (this.paged) {
			path.append("&limit=").append(PAGE);
		}
		if (continueFrom != null) {
			path.append("&continue=").append(encode(continueFrom));
		}
		long mine = this.turn;
		TimeoutException late = new TimeoutException("no complete answer within " + LIST_TIMEOUT.toSeconds() + " s");
		this.timer = this.scheduler.schedule(() -> onTurn(mine, () -> failed(late)), LIST_TIMEOUT.toNanos(),
				TimeUnit.NANOSECONDS);
		send(path.toString(), LIST_TIMEOUT, new ListAnswer(this, before, continueFrom != null));
	}

	/**
	 * Watch from a version on, at most 5 to 10 minutes: not all clients come back at
	 * once.
	 */
	private void watch(String from) {
		int seconds = MIN_WATCH_SECONDS + this.random.nextInt(MIN_WATCH_SECONDS);
		String path = path().append("&watch=true&allowWatchBookmarks=true&timeoutSeconds=")
			.append(seconds)
			.append("&resourceVersion=")
			.append(encode(from))
			.toString();
		this.lastSign = this.ticker.getAsLong();
		listenForSilence(this.silence);
		// newer JDKs count the whole response
		send(path, Duration.ofSeconds(seconds + 60L), new WatchAnswer(this));
	}

	private StringBuilder path() {
		return new StringBuilder("/apis/discovery.k8s.io/v1/namespaces/").append(this.service.namespace())
			.append("/endpointslices?labelSelector=")
			.append(encode(SliceParser.SERVICE_LABEL + "=" + this.service.service()));
	}

	private void send(String path, Duration timeout, Answer answer) {
		long mine = this.turn;
		ApiServer.Exchange sent = this.api.get(path, timeout, new ApiServer.Listener() {

			@Override
			public void headers(int status, @Nullable String retryAfter) {
				onTurn(mine, () -> answer.headers(status, retryAfter));
			}

			@Override
			public void data(ByteBuffer part) {
				onTurn(mine, () -> answer.data(part));
			}

			@Override
			public void end(@Nullable Throwable cause) {
				onTurn(mine, () -> {
					// nothing left to cancel: its connection may serve the next request
					EndpointSource.this.exchange = null;
					answer.end(cause);
				});
			}

		});
		if (this.turn == mine) {
			this.exchange = sent;
		}
	}

	/**
	 * A half-open connection says nothing for ever: without an event or a bookmark in
	 * time it is given up.
	 */
	private void listenForSilence(long nanos) {
		long mine = this.turn;
		this.timer = this.scheduler.schedule(() -> onTurn(mine, () -> {
			long left = this.lastSign + this.silence - this.ticker.getAsLong();
			if (left > 0) {
				listenForSilence(left);
			}
			else {
				this.receiver.restarted("silent");
				again(this.backoff.afterCleanEnd());
			}
		}), nanos, TimeUnit.NANOSECONDS);
	}

	// what the answers call, on their turn

	SliceParser parser() {
		return this.parser;
	}

	DiscoveryCounters counters() {
		return this.counters;
	}

	Receiver receiver() {
		return this.receiver;
	}

	void signOfLife() {
		this.lastSign = this.ticker.getAsLong();
		this.receiver.alive();
	}

	void reached(String version) {
		this.resourceVersion = version;
	}

	void nextPage(String continueFrom, List<Slice> soFar) {
		stop();
		list(continueFrom, soFar);
	}

	void listed(List<Slice> slices, String version) {
		this.paged = true;
		this.receiver.listed(slices, version);
		stop();
		this.resourceVersion = version;
		watch(version);
	}

	void watching() {
		this.backoff.succeeded();
		signOfLife();
	}

	/**
	 * What we know is too old to go on from: list again, meanwhile nothing changes.
	 */
	void expired(boolean betweenPages) {
		// pages of one list that expire twice would do so for ever
		this.paged = !betweenPages;
		this.resourceVersion = null;
		this.receiver.restarted("expired");
		again(this.backoff.beforeRelist());
	}

	void endedCleanly() {
		again(this.backoff.afterCleanEnd());
	}

	void failed(Throwable cause) {
		this.receiver.failed(Problem.unreachable(cause, this.service, this.api.url()));
		again(this.backoff.afterFailure());
	}

	void refused(int status, String verb, String body, @Nullable String retryAfter) {
		Problem problem = Problem.http(status, verb, body, this.service, this.api.url(), this.api.serviceAccount());
		if (problem.denied() || RELIST.contains(status)) {
			// a watch that is not allowed, or not from there, still leaves the list
			this.resourceVersion = null;
		}
		this.receiver.failed(problem);
		long wait = seconds(retryAfter);
		again((wait >= 0) ? this.backoff.after(wait * 1000) : this.backoff.afterFailure());
	}

	private static long seconds(@Nullable String retryAfter) {
		try {
			return (retryAfter != null) ? Math.min(Long.parseLong(retryAfter.strip()), 3600) : -1;
		}
		catch (NumberFormatException ignored) {
			return -1;
		}
	}

	private static String encode(String value) {
		return URLEncoder.encode(value, UTF_8);
	}

	/**
	 * Handles the answer to one request.
	 */
	interface Answer {

		void headers(int status, @Nullable String retryAfter);

		void data(ByteBuffer part);

		void end(@Nullable Throwable cause);

	}

	/**
	 * Is told of the slices. Called one at a time, on threads of the HTTP client and of
	 * the scheduler; must not block.
	 */
	interface Receiver {

		/**
		 * A complete list.
		 */
		void listed(Collection<Slice> slices, String version);

		/**
		 * A slice was added or modified.
		 */
		void changed(Slice slice);

		/**
		 * A slice was deleted.
		 */
		void deleted(String name, @Nullable String uid, @Nullable String version);

		/**
		 * The watch lives.
		 */
		void alive();

		/**
		 * A list or watch failed; another will be tried.
		 */
		void failed(Problem problem);

		/**
		 * A list or watch is started anew though nothing failed.
		 */
		void restarted(String why);

	}

	/**
	 * The name of an object.
	 */
	static @Nullable String metadata(JsonNode object, String field) {
		return SliceParser.text(object.path("metadata"), field);
	}

}
