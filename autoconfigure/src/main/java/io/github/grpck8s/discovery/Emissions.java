package io.github.grpck8s.discovery;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Decides when a channel is told of a set of endpoints: at once when it was quiet, at
 * most once per window, an empty set only when it stays empty, and nothing twice. Not
 * thread-safe; time comes in.
 */
final class Emissions {

	/**
	 * At most one emission in this time; none is delayed longer.
	 */
	static final long WINDOW = TimeUnit.MILLISECONDS.toNanos(100);

	/**
	 * How long a set must be empty before connections are given up for it.
	 */
	static final long EMPTY_HOLD = TimeUnit.SECONDS.toNanos(1);

	/**
	 * There is nothing to tell.
	 */
	static final long NOTHING = -1;

	private boolean emitted;

	private long emittedAt;

	private List<PodEndpoint> endpoints = List.of();

	private @Nullable String text;

	private @Nullable String preferredZone;

	private boolean hadEndpoints;

	private boolean empty;

	private long emptySince;

	/**
	 * When to tell.
	 * @param set the endpoints as they are now
	 * @param description how an empty set is described, else {@code null}
	 * @param now the time in nanoseconds
	 * @return 0 for now, the nanoseconds to wait and look again, or {@link #NOTHING}
	 */
	long due(EndpointSet set, @Nullable String description, long now) {
		if (!set.isEmpty()) {
			this.empty = false;
		}
		else if (!this.empty) {
			this.empty = true;
			this.emptySince = now;
		}
		if (this.emitted && set.endpoints().equals(this.endpoints) && Objects.equals(description, this.text)
				&& Objects.equals(set.preferredZone(), this.preferredZone)) {
			return NOTHING;
		}
		long wait = this.emitted ? this.emittedAt + WINDOW - now : 0;
		if (set.isEmpty() && !this.endpoints.isEmpty()) {
			wait = Math.max(wait, this.emptySince + EMPTY_HOLD - now);
		}
		return Math.max(wait, 0);
	}

	/**
	 * Whether the channel has ever been told of an endpoint.
	 */
	boolean hadEndpoints() {
		return this.hadEndpoints;
	}

	/**
	 * The channel is told of a set now.
	 */
	void emitted(EndpointSet set, @Nullable String description, long now) {
		this.emitted = true;
		this.emittedAt = now;
		this.endpoints = set.endpoints();
		this.text = description;
		this.preferredZone = set.preferredZone();
		this.hadEndpoints |= !set.isEmpty();
	}

	/**
	 * The channel is to be told of an error.
	 * @return whether it is another one than last time
	 */
	boolean failed(String description) {
		boolean news = !description.equals(this.text);
		this.text = description;
		return news;
	}

}
