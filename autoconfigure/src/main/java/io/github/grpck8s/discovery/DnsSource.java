package io.github.grpck8s.discovery;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * Asks DNS for the pods of one Service again and again. DNS tells neither of changes nor
 * of the difference between a Service that is gone, one without a ready pod and a server
 * that has just been started: so what it says is held on to for a while. One question at
 * a time. All state is guarded by the monitor.
 */
final class DnsSource implements SharedWatches.Source {

	/**
	 * A channel that loses a connection asks; so do all others then (R7).
	 */
	static final long REFRESH_GAP = TimeUnit.SECONDS.toNanos(5);

	private static final long FIRST_RETRY = TimeUnit.MILLISECONDS.toNanos(500);

	private final ServiceKey service;

	private final Supplier<CompletableFuture<DnsAnswer>> look;

	private final String question;

	private final long interval;

	private final long hold;

	private final ScheduledExecutorService timers;

	private final LongSupplier ticker;

	private final RandomGenerator random;

	private final SliceReceiver receiver;

	private boolean closed;

	private boolean asking;

	private long askedAt;

	private @Nullable ScheduledFuture<?> next;

	/**
	 * The last good answer, {@code null} if there is none or it has been given up.
	 */
	private @Nullable Set<String> known;

	private @Nullable Long absentSince;

	private int failures;

	DnsSource(ServiceKey service, String question, Supplier<CompletableFuture<DnsAnswer>> look, DnsSettings settings,
			ScheduledExecutorService timers, LongSupplier ticker, RandomGenerator random, SliceReceiver receiver) {
		this.service = service;
		this.question = question;
		this.look = look;
		this.interval = settings.interval().toNanos();
		this.hold = settings.hold().toNanos();
		this.timers = timers;
		this.ticker = ticker;
		this.random = random;
		this.receiver = receiver;
	}

	@Override
	public synchronized void start() {
		again(0);
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		cancel();
	}

	@Override
	public synchronized void refresh() {
		if (this.closed || this.asking || this.next == null) {
			return;
		}
		long earliest = Math.max(0, this.askedAt + REFRESH_GAP - this.ticker.getAsLong());
		if (this.next.getDelay(TimeUnit.NANOSECONDS) > earliest) {
			again(earliest);
		}
	}

	private void again(long nanos) {
		cancel();
		if (!this.closed) {
			try {
				this.next = this.timers.schedule(this::ask, nanos, TimeUnit.NANOSECONDS);
			}
			catch (RejectedExecutionException ignored) {
				// the last channel has just left
			}
		}
	}

	private void cancel() {
		if (this.next != null) {
			this.next.cancel(false);
			this.next = null;
		}
	}

	private synchronized void ask() {
		if (this.closed) {
			return;
		}
		this.next = null;
		this.asking = true;
		this.askedAt = this.ticker.getAsLong();
		CompletableFuture<DnsAnswer> looking;
		try {
			looking = this.look.get();
		}
		catch (RuntimeException | LinkageError ex) {
			looking = CompletableFuture.failedFuture(ex);
		}
		looking.whenComplete(this::answered);
	}

	private synchronized void answered(@Nullable DnsAnswer answer, @Nullable Throwable cause) {
		if (this.closed) {
			return;
		}
		this.asking = false;
		long wait = this.interval;
		try {
			wait = (answer == null) ? failed(cause) : answer.isEmpty() ? absent() : found(answer);
		}
		finally {
			// not all clients ask at the same instant for ever
			again(wait - (long) (wait * 0.1 * this.random.nextDouble()));
		}
	}

	private long found(DnsAnswer answer) {
		this.failures = 0;
		this.absentSince = null;
		if (answer.key().equals(this.known)) {
			this.receiver.alive();
		}
		else {
			this.known = answer.key();
			this.receiver.listed(answer.slices(), null);
		}
		return this.interval;
	}

	/**
	 * DNS says that there is nothing. It says so too while it is started, and caches keep
	 * it.
	 */
	private long absent() {
		this.failures = 0;
		String why = "DNS knows no ready pod of " + this.service + " (" + this.question
				+ "): no such headless Service (clusterIP: None), no ready pod, or no TCP port of that name";
		long now = this.ticker.getAsLong();
		Long since = this.absentSince;
		if (since == null) {
			since = now;
			this.absentSince = since;
		}
		long left = since + this.hold - now;
		if (this.known != null && left > 0) {
			this.receiver.failed(new Problem("dns-absent", false, why, null));
			return Math.min(this.interval, left);
		}
		this.known = null;
		this.receiver.absent(why);
		return this.interval;
	}

	/**
	 * DNS says nothing: the last good answer holds, for ever.
	 */
	private long failed(@Nullable Throwable cause) {
		Throwable root = (cause instanceof CompletionException && cause.getCause() != null) ? cause.getCause() : cause;
		this.receiver.failed(new Problem("dns", false,
				"DNS cannot be asked for the pods of " + this.service + " (" + this.question + "): "
						+ ((root instanceof DnsServers.DnsException) ? root.getMessage() : String.valueOf(root)),
				root));
		this.failures++;
		long retry = FIRST_RETRY << Math.min(this.failures, 10);
		return (this.known != null) ? this.interval
				: Math.min(retry, Math.max(this.interval, Duration.ofSeconds(1).toNanos()));
	}

}
