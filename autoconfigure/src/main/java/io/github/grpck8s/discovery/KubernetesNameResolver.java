package io.github.grpck8s.discovery;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.grpc.SynchronizationContext.ScheduledHandle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one channel which pods there are. Thin: it chooses from what the hub knows and
 * decides when to say it. Everything below the line belongs to the synchronization
 * context; nothing there waits for anything.
 */
final class KubernetesNameResolver extends NameResolver {

	private static final long RETRY_CONFIGURATION = TimeUnit.SECONDS.toNanos(5);

	private static final Logger logger = LoggerFactory.getLogger(KubernetesNameResolver.class);

	private final ServiceKey service;

	private final Selection wanted;

	private final Source source;

	private final long initialTimeout;

	private final SynchronizationContext syncContext;

	private final ScheduledExecutorService timers;

	private final Executor offload;

	private final LongSupplier ticker;

	private final AtomicBoolean changed = new AtomicBoolean();

	// ---------------- synchronization context ----------------

	private @Nullable ChannelListener listener;

	private EndpointSliceHub.@Nullable Subscription subscription;

	private @Nullable ScheduledHandle timer;

	private boolean shutdown;

	private long startedAt;

	private final Emissions emissions = new Emissions();

	KubernetesNameResolver(ServiceKey service, Selection wanted, Source source, Duration initialTimeout,
			SynchronizationContext syncContext, ScheduledExecutorService timers, Executor offload,
			LongSupplier ticker) {
		this.service = service;
		this.wanted = wanted;
		this.source = source;
		this.initialTimeout = initialTimeout.toNanos();
		this.syncContext = syncContext;
		this.timers = timers;
		this.offload = offload;
		this.ticker = ticker;
	}

	@Override
	public String getServiceAuthority() {
		return this.service.authority();
	}

	@Override
	public void start(Listener2 newListener) {
		this.listener = new ChannelListener(this.service, newListener);
		this.startedAt = this.ticker.getAsLong();
		this.offload.execute(this::connect);
		schedule(this.initialTimeout);
	}

	/**
	 * The watch needs no reminder: it always runs or is about to. A channel asks whenever
	 * a connection is lost, all channels at once when a node dies.
	 */
	@Override
	public void refresh() {
	}

	@Override
	public void shutdown() {
		this.shutdown = true;
		this.listener = null;
		cancelTimer();
		EndpointSliceHub.Subscription held = this.subscription;
		this.subscription = null;
		if (held != null) {
			held.close();
		}
	}

	/**
	 * Reads configuration files: not in the synchronization context.
	 */
	private void connect() {
		try {
			EndpointSliceHub.Subscription made = this.source.subscribe(this.service, this::stateChanged);
			this.syncContext.execute(() -> connected(made));
		}
		catch (RuntimeException | LinkageError ex) {
			this.syncContext.execute(() -> notConnected(ex));
		}
	}

	private void connected(EndpointSliceHub.Subscription made) {
		if (this.shutdown) {
			made.close();
			return;
		}
		this.subscription = made;
		evaluate();
	}

	private void notConnected(Throwable cause) {
		if (!this.shutdown) {
			emitError(Problem.configuration(cause, this.service).status());
			this.syncContext.schedule(this::connectAgain, RETRY_CONFIGURATION, TimeUnit.NANOSECONDS, this.timers);
		}
	}

	private void connectAgain() {
		if (!this.shutdown) {
			this.offload.execute(this::connect);
		}
	}

	/**
	 * Called by the watch, on any thread. However many changes there are, one look is
	 * enough.
	 */
	private void stateChanged() {
		if (this.changed.compareAndSet(false, true)) {
			this.offload.execute(this::look);
		}
	}

	private void look() {
		this.changed.set(false);
		this.syncContext.execute(this::evaluate);
	}

	private void evaluate() {
		if (this.listener == null || this.subscription == null) {
			return;
		}
		cancelTimer();
		WatchState state = this.subscription.state();
		if (state.synced()) {
			EndpointSet set;
			try {
				set = state.select(wanted(this.subscription));
			}
			catch (RuntimeException ex) {
				// an exception here would put the whole channel into panic mode
				logger.error("Cannot assemble the endpoints of {}; keeping the last", this.service, ex);
				return;
			}
			evaluate(this.listener, this.subscription, state, set);
			return;
		}
		Problem problem = state.problem();
		long left = this.startedAt + this.initialTimeout - this.ticker.getAsLong();
		if (problem != null && (problem.denied() || left <= 0)) {
			emitError(problem.status());
		}
		else if (left <= 0) {
			emitError(Problem.silent(this.service).status());
		}
		else {
			schedule(left);
		}
	}

	/**
	 * What this channel wants, with the own zone as soon as that is known.
	 */
	private Selection wanted(EndpointSliceHub.Subscription held) {
		String node = (this.wanted.zone() == null) ? this.wanted.node() : null;
		String zone = (node != null) ? held.zoneOf(node) : null;
		return (zone != null) ? this.wanted.in(zone) : this.wanted;
	}

	private void evaluate(ChannelListener channel, EndpointSliceHub.Subscription from, WatchState state,
			EndpointSet set) {
		String text = set.isEmpty() ? set.describe(this.service) : null;
		long now = this.ticker.getAsLong();
		long due = this.emissions.due(set, text, now);
		channel.pending(due != Emissions.NOTHING, state.changedAt());
		if (due > 0) {
			schedule(due);
		}
		else if (due == 0 && set.fault() != null && !this.emissions.hadEndpoints()) {
			// any policy repeats the text of an error; few tell why a list is empty
			emitError(Status.UNAVAILABLE.withDescription(set.fault()));
		}
		else if (due == 0) {
			this.emissions.emitted(set, text, now);
			channel.endpoints(set, text, now, from.listener());
		}
	}

	private void emitError(Status status) {
		if (this.listener != null && this.emissions.failed(String.valueOf(status.getDescription()))) {
			this.listener.error(status);
		}
	}

	private void schedule(long nanos) {
		cancelTimer();
		this.timer = this.syncContext.schedule(this::evaluate, Math.max(1, nanos), TimeUnit.NANOSECONDS, this.timers);
	}

	private void cancelTimer() {
		if (this.timer != null) {
			this.timer.cancel();
			this.timer = null;
		}
	}

	/**
	 * Where the endpoints come from.
	 */
	@FunctionalInterface
	interface Source {

		/**
		 * Follow a Service. May read files.
		 */
		EndpointSliceHub.Subscription subscribe(ServiceKey service, Runnable changed);

	}

}
