package io.github.grpck8s.discovery;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Decides for one channel between the slices and DNS. Slices are better in every way, so
 * DNS is asked only while they may not be listed, or do not come within the time that
 * calls wait for them. Belongs to the synchronization context.
 */
final class DnsFallback {

	/**
	 * What was known before a Role is taken away is good for so long: a token that has
	 * just expired is no reason to give up all connections.
	 */
	static final long PATIENCE = TimeUnit.MINUTES.toNanos(1);

	private final ServiceKey service;

	private final Feed slices;

	private final Feed dns;

	private final FallbackLog log;

	private boolean using;

	/**
	 * Create.
	 * @param slices what is asked in the first place
	 * @param dns what is asked instead, closed
	 * @param log is told which is used
	 */
	DnsFallback(ServiceKey service, Feed slices, Feed dns, FallbackLog log) {
		this.service = service;
		this.slices = slices;
		this.dns = dns;
		this.log = log;
	}

	/**
	 * Choose.
	 * @param late whether the time that calls wait for slices is over
	 * @param now the time in nanoseconds
	 * @return the one to believe, or {@code null} to wait for an answer of DNS
	 */
	@Nullable Feed choose(boolean late, long now) {
		WatchState state = this.slices.state();
		long denied = state.deniedFor(now);
		boolean needed = state.synced() ? denied >= PATIENCE : denied >= 0 || late;
		if (!needed) {
			if (this.dns.isOpen()) {
				this.dns.close();
				this.log.ended(this.service);
			}
			this.using = false;
			return this.slices;
		}
		this.dns.open();
		WatchState answer = this.dns.state();
		if (answer.synced() && !(answer.isAbsent() && state.synced() && !this.using)) {
			this.using = true;
			this.log.began(this.service, state.problem());
			return this.dns;
		}
		return (answer.synced() || answer.problem() != null || state.synced() || late) ? this.slices : null;
	}

	/**
	 * Why DNS did not help, {@code null} if it was not asked or has not answered.
	 */
	@Nullable Problem problem() {
		return this.dns.state().problem();
	}

	void refresh() {
		this.dns.refresh();
	}

	void close() {
		this.dns.close();
	}

}
