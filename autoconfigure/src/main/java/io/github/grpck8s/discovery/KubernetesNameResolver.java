package io.github.grpck8s.discovery;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

import io.github.grpck8s.EndpointAttributes;
import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.SynchronizationContext;
import io.grpc.SynchronizationContext.ScheduledHandle;
import org.jspecify.annotations.Nullable;

/**
 * Tells one channel which pods there are. Thin: it chooses from what the hub knows and
 * decides when to say it. Everything below the line belongs to the synchronization
 * context; nothing there waits for anything.
 */
final class KubernetesNameResolver extends NameResolver {

	/**
	 * At most one emission in this time; none is delayed longer.
	 */
	static final long WINDOW = TimeUnit.MILLISECONDS.toNanos(100);

	/**
	 * How long a set must be empty before connections are given up for it.
	 */
	static final long EMPTY_HOLD = TimeUnit.SECONDS.toNanos(1);

	private static final Duration RETRY_CONFIGURATION = Duration.ofSeconds(5);

	private static final System.Logger logger = System.getLogger("io.github.grpck8s.discovery");

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

	private @Nullable Listener2 listener;

	private EndpointSliceHub.@Nullable Subscription subscription;

	private @Nullable ScheduledHandle timer;

	private boolean shutdown;

	private long startedAt;

	private boolean emitted;

	private long emittedAt;

	private List<PodEndpoint> lastEndpoints = List.of();

	private @Nullable String lastText;

	private boolean hadEndpoints;

	private boolean empty;

	private long emptySince;

	private Status lastRefusal = Status.OK;

	private @Nullable Problem setupProblem;

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
		return this.service.service() + "." + this.service.namespace() + ".svc";
	}

	@Override
	public void start(Listener2 newListener) {
		this.listener = newListener;
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
		this.setupProblem = null;
		this.subscription = made;
		evaluate();
	}

	private void notConnected(Throwable cause) {
		if (!this.shutdown) {
			this.setupProblem = new Problem("configuration", true,
					"Cannot use the Kubernetes configuration to find the pods of " + this.service + " (" + cause
							+ "): check KUBECONFIG or the mounted service account",
					cause);
			emitError(this.setupProblem.status());
			this.syncContext.schedule(() -> {
				if (!this.shutdown) {
					this.offload.execute(this::connect);
				}
			}, RETRY_CONFIGURATION.toNanos(), TimeUnit.NANOSECONDS, this.timers);
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
		if (this.shutdown || this.subscription == null) {
			return;
		}
		cancelTimer();
		WatchState state = this.subscription.state();
		if (state.synced()) {
			EndpointSet set;
			try {
				set = state.select(this.wanted);
			}
			catch (RuntimeException ex) {
				// an exception here would put the whole channel into panic mode
				logger.log(Level.ERROR, "Cannot assemble the endpoints of " + this.service + "; keeping the last", ex);
				return;
			}
			evaluate(set);
			return;
		}
		Problem problem = state.problem();
		long left = this.startedAt + this.initialTimeout - this.ticker.getAsLong();
		if (problem != null && (problem.denied() || left <= 0)) {
			emitError(problem.status());
		}
		else if (left <= 0) {
			emitError(Status.UNAVAILABLE.withDescription("No answer of the API server yet to find the pods of "
					+ this.service + ": check the network between this application and the API server"));
		}
		else {
			schedule(left);
		}
	}

	private void evaluate(EndpointSet set) {
		String text = set.isEmpty() ? set.describe(this.service) : null;
		long now = this.ticker.getAsLong();
		if (!set.isEmpty()) {
			this.empty = false;
		}
		else if (!this.empty) {
			this.empty = true;
			this.emptySince = now;
		}
		if (this.emitted && set.endpoints().equals(this.lastEndpoints) && Objects.equals(text, this.lastText)) {
			return;
		}
		long wait = this.emitted ? this.emittedAt + WINDOW - now : 0;
		if (set.isEmpty() && !this.lastEndpoints.isEmpty()) {
			wait = Math.max(wait, this.emptySince + EMPTY_HOLD - now);
		}
		if (wait > 0) {
			schedule(wait);
			return;
		}
		if (set.fault() != null && !this.hadEndpoints) {
			// any policy repeats the text of an error; few tell why a list is empty
			emitError(Status.UNAVAILABLE.withDescription(set.fault()));
			return;
		}
		emit(set, text, now);
	}

	private void emit(EndpointSet set, @Nullable String text, long now) {
		this.emitted = true;
		this.emittedAt = now;
		this.lastEndpoints = set.endpoints();
		this.lastText = text;
		this.hadEndpoints |= !set.isEmpty();
		List<EquivalentAddressGroup> groups = set.endpoints().stream().map(PodEndpoint::group).toList();
		Attributes attributes = (text != null)
				? Attributes.newBuilder().set(EndpointAttributes.DESCRIPTION, text).build() : Attributes.EMPTY;
		tell(ResolutionResult.newBuilder()
			.setAddressesOrError(StatusOr.fromValue(groups))
			.setAttributes(attributes)
			.build());
	}

	private void emitError(Status status) {
		if (!status.getDescription().equals(this.lastText)) {
			this.lastText = status.getDescription();
			tell(ResolutionResult.newBuilder().setAddressesOrError(StatusOr.fromStatus(status)).build());
		}
	}

	private void tell(ResolutionResult result) {
		if (this.listener == null) {
			return;
		}
		Status answer = this.listener.onResult2(result);
		boolean news = !answer.isOk() && (answer.getCode() != this.lastRefusal.getCode()
				|| !Objects.equals(answer.getDescription(), this.lastRefusal.getDescription()));
		if (news) {
			// not repeated: the next change is told anyway
			logger.log(Level.DEBUG, "The channel to {0} did not take the endpoints: {1}", this.service, answer);
		}
		this.lastRefusal = answer;
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
