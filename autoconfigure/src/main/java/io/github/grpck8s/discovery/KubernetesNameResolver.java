package io.github.grpck8s.discovery;

import java.time.Duration;

import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.SynchronizationContext.ScheduledHandle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one channel which pods there are. Thin: it chooses from what its feed knows and
 * decides when to say it. Everything below the line belongs to the synchronization
 * context; nothing there waits for anything.
 */
final class KubernetesNameResolver extends NameResolver {

	private static final Logger logger = LoggerFactory.getLogger(KubernetesNameResolver.class);

	private final ServiceKey service;

	private final Selection wanted;

	private final long initialTimeout;

	private final ChannelContext context;

	// ---------------- synchronization context ----------------

	private final Feed feed;

	private final @Nullable DnsFallback fallback;

	private @Nullable ChannelListener listener;

	private @Nullable ScheduledHandle timer;

	private long startedAt;

	private final Emissions emissions = new Emissions();

	/**
	 * Create a resolver with one source.
	 */
	KubernetesNameResolver(ServiceKey service, Selection wanted, Source source, Duration initialTimeout,
			ChannelContext context) {
		this(service, wanted, source, null, null, initialTimeout, context);
	}

	/**
	 * Create a resolver.
	 * @param source where the endpoints come from
	 * @param dns where they come from when that is not allowed, or {@code null}
	 * @param log is told when they do
	 */
	KubernetesNameResolver(ServiceKey service, Selection wanted, Source source, @Nullable Source dns,
			@Nullable FallbackLog log, Duration initialTimeout, ChannelContext context) {
		this.service = service;
		this.wanted = wanted;
		this.initialTimeout = initialTimeout.toNanos();
		this.context = context;
		this.feed = new Feed(service, source, context, this::evaluate);
		this.fallback = (dns != null && log != null)
				? new DnsFallback(service, this.feed, new Feed(service, dns, context, this::evaluate), log) : null;
	}

	@Override
	public String getServiceAuthority() {
		return this.service.authority();
	}

	@Override
	public void start(Listener2 newListener) {
		this.listener = new ChannelListener(this.service, newListener);
		this.startedAt = this.context.now();
		schedule(this.initialTimeout);
		this.feed.open();
	}

	/**
	 * A watch needs no reminder; DNS gets one, as seldom as its source likes (R7).
	 */
	@Override
	public void refresh() {
		this.feed.refresh();
		if (this.fallback != null) {
			this.fallback.refresh();
		}
	}

	@Override
	public void shutdown() {
		this.listener = null;
		cancelTimer();
		this.feed.close();
		if (this.fallback != null) {
			this.fallback.close();
		}
	}

	private void evaluate() {
		ChannelListener channel = this.listener;
		if (channel == null) {
			return;
		}
		cancelTimer();
		long now = this.context.now();
		long left = this.startedAt + this.initialTimeout - now;
		Feed chosen = (this.fallback != null) ? this.fallback.choose(left <= 0, now) : this.feed;
		Subscription from = (chosen != null) ? chosen.subscription() : null;
		if (chosen == null || from == null || !chosen.state().synced()) {
			evaluate(this.feed.state().problem(), chosen == null, left);
			return;
		}
		WatchState state = chosen.state();
		EndpointSet set;
		try {
			set = state.select(wanted(from));
		}
		catch (RuntimeException ex) {
			// an exception here would put the whole channel into panic mode
			logger.error("Cannot assemble the endpoints of {}; keeping the last", this.service, ex);
			return;
		}
		evaluate(channel, from, state, set);
	}

	/**
	 * Nothing is known yet.
	 */
	private void evaluate(@Nullable Problem problem, boolean dnsMayHelp, long left) {
		if (left > 0 && (problem == null || !problem.denied() || dnsMayHelp)) {
			schedule(left);
			return;
		}
		Problem dns = (this.fallback != null) ? this.fallback.problem() : null;
		Problem why = (problem != null) ? problem : Problem.silent(this.service);
		emitError((dns != null) ? why.and(dns).status() : why.status());
	}

	/**
	 * What this channel wants, with the own zone as soon as that is known.
	 */
	private Selection wanted(Subscription held) {
		String node = (this.wanted.zone() == null) ? this.wanted.node() : null;
		String zone = (node != null) ? held.zoneOf(node) : null;
		return (zone != null) ? this.wanted.in(zone) : this.wanted;
	}

	private void evaluate(ChannelListener channel, Subscription from, WatchState state, EndpointSet set) {
		String text = set.isEmpty() ? set.describe(this.service) : null;
		long now = this.context.now();
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
			Subscription from = this.feed.subscription();
			this.listener.error(status, (from != null) ? from.listener() : new DiscoveryListeners());
		}
	}

	private void schedule(long nanos) {
		cancelTimer();
		this.timer = this.context.schedule(this::evaluate, Math.max(1, nanos));
	}

	private void cancelTimer() {
		if (this.timer != null) {
			this.timer.cancel();
			this.timer = null;
		}
	}

}
