package io.github.grpck8s.discovery;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a Service at one time. Immutable; channels that want the same share
 * the work of assembling it.
 */
final class WatchState {

	private final ServiceKey service;

	private final boolean synced;

	private final List<Slice> slices;

	private final List<Slice> held;

	private final @Nullable Problem problem;

	private final long changedAt;

	private final ConcurrentMap<Selection, EndpointSet> answers;

	private WatchState(ServiceKey service, boolean synced, List<Slice> slices, List<Slice> held,
			@Nullable Problem problem, long changedAt, ConcurrentMap<Selection, EndpointSet> answers) {
		this.service = service;
		this.synced = synced;
		this.slices = slices;
		this.held = held;
		this.problem = problem;
		this.changedAt = changedAt;
		this.answers = answers;
	}

	static WatchState unknown(ServiceKey service) {
		return new WatchState(service, false, List.of(), List.of(), null, 0, new ConcurrentHashMap<>());
	}

	WatchState with(List<Slice> newSlices, List<Slice> newHeld, long now) {
		return new WatchState(this.service, true, newSlices, newHeld, this.problem, now, new ConcurrentHashMap<>());
	}

	WatchState with(@Nullable Problem newProblem) {
		return new WatchState(this.service, this.synced, this.slices, this.held, newProblem, this.changedAt,
				this.answers);
	}

	/**
	 * Whether there has been a complete list.
	 */
	boolean synced() {
		return this.synced;
	}

	/**
	 * Why the last request failed, {@code null} if it did not.
	 */
	@Nullable Problem problem() {
		return this.problem;
	}

	/**
	 * When slices last came or endpoints were let go, on the ticker.
	 */
	long changedAt() {
		return this.changedAt;
	}

	/**
	 * The endpoints for a channel.
	 */
	EndpointSet select(Selection wanted) {
		return this.answers.computeIfAbsent(wanted,
				(selection) -> SliceAssembler.assemble(this.service, this.slices, this.held, selection));
	}

}
