package io.github.grpck8s.test;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The faults that are switched on, in the order in which they were. Thread-safe.
 */
final class ActiveFaults {

	private final List<Active> active = new ArrayList<>();

	private static final class Active {

		private final Fault fault;

		private int left;

		private Active(Fault fault) {
			this.fault = fault;
			this.left = fault.times();
		}

	}

	synchronized void add(Fault fault) {
		this.active.add(new Active(fault));
	}

	synchronized void remove(Fault fault) {
		this.active.removeIf((entry) -> entry.fault == fault);
	}

	synchronized void clear() {
		this.active.clear();
	}

	/**
	 * What happens to a request: any number of delays, then at most one other effect.
	 * Counts down those faults that last for a number of requests.
	 * @param kind what was asked for
	 * @param namespace in which namespace
	 * @return the effects
	 */
	synchronized List<Fault.Effect> take(RecordedRequest.Kind kind, String namespace) {
		List<Fault.Effect> effects = new ArrayList<>();
		boolean decided = false;
		Iterator<Active> entries = this.active.iterator();
		while (entries.hasNext()) {
			Active entry = entries.next();
			boolean delay = entry.fault.effect() instanceof Fault.Delay;
			if (entry.fault.fits(kind, namespace) && (delay || !decided)) {
				effects.add(effects.size() - (decided ? 1 : 0), entry.fault.effect());
				decided |= !delay;
				entry.left--;
				if (entry.left <= 0) {
					entries.remove();
				}
			}
		}
		return effects;
	}

}
