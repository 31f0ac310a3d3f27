package io.github.grpck8s.discovery;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a Service at one time. It does not change; channels that want the same
 * share the work of assembling it.
 */
final class WatchState {

	private final ServiceKey service;

	private final boolean synced;

	private final List<Slice> slices;

	private final List<Slice> held;

	private final @Nullable String absence;

	private final @Nullable Problem problem;

	private final long deniedSince;

	private final long changedAt;

	private final ConcurrentMap<Selection, EndpointSet> answers;

	private WatchState(ServiceKey service, boolean synced, List<Slice> slices, List<Slice> held,
			@Nullable String absence, @Nullable Problem problem, long deniedSince, long changedAt,
			ConcurrentMap<Selection, EndpointSet> answers) {
		this.service = service;
		this.synced = synced;
		this.slices = slices;
		this.held = held;
		this.absence = absence;
		this.problem = problem;
		this.deniedSince = deniedSince;
		this.changedAt = changedAt;
		this.answers = answers;
	}

	static WatchState unknown(ServiceKey service) {
		return new WatchState(service, false, List.of(), List.of(), null, null, 0, 0, new ConcurrentHashMap<>());
	}

	/**
	 * With other slices.
	 * @param newAbsence why there are none, or {@code null} if slices say all
	 */
	WatchState with(List<Slice> newSlices, List<Slice> newHeld, @Nullable String newAbsence, long now) {
		return new WatchState(this.service, true, newSlices, newHeld, newAbsence, this.problem, this.deniedSince, now,
				new ConcurrentHashMap<>());
	}

	WatchState with(@Nullable Problem newProblem, long now) {
		boolean still = this.problem != null && this.problem.denied() && newProblem != null && newProblem.denied();
		return new WatchState(this.service, this.synced, this.slices, this.held, this.absence, newProblem,
				still ? this.deniedSince : now, this.changedAt, this.answers);
	}

	/**
	 * Whether there has been a complete list.
	 */
	boolean synced() {
		return this.synced;
	}

	/**
	 * Whether it is known that there is nothing at all.
	 */
	boolean isAbsent() {
		return this.absence != null;
	}

	/**
	 * Why the last request failed, {@code null} if it did not.
	 */
	@Nullable Problem problem() {
		return this.problem;
	}

	/**
	 * For how long all requests have been denied.
	 * @param now the time on the ticker
	 * @return nanoseconds, -1 if the last was not
	 */
	long deniedFor(long now) {
		return (this.problem != null && this.problem.denied()) ? now - this.deniedSince : -1;
	}

	/**
	 * When slices last came or endpoints were let go, on the ticker.
	 */
	long changedAt() {
		return this.changedAt;
	}

	/**
	 * Give back the memory of what was made for channels.
	 */
	void forgetPods() {
		this.answers.clear();
		this.slices.forEach(Slice::forgetPods);
	}

	/**
	 * The endpoints for a channel.
	 */
	EndpointSet select(Selection wanted) {
		if (this.absence != null && this.held.isEmpty()) {
			return EndpointSet.fault(this.absence);
		}
		return this.answers.computeIfAbsent(wanted,
				(selection) -> SliceAssembler.assemble(this.service, this.slices, this.held, selection));
	}

}
