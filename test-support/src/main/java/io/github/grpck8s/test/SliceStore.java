package io.github.grpck8s.test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * The slices of all namespaces with their history, as etcd keeps them: one counter of
 * versions for everything, events since a version until that version is compacted, lists
 * as they were at any version that is not. Its monitor guards the state of the services
 * too.
 */
final class SliceStore {

	/**
	 * Older events are compacted, or a test of large services would keep them all.
	 */
	private static final int HISTORY = 2_000;

	private final TreeMap<String, StoredSlice> slices = new TreeMap<>();

	private final Deque<Change> history = new ArrayDeque<>();

	private final Set<Watcher> watchers = new LinkedHashSet<>();

	private long version = 1_000;

	private long compacted = this.version;

	private long next = -1;

	/**
	 * Sees events in their order, with the monitor held: must return at once.
	 */
	interface Watcher {

		String namespace();

		LabelSelector selector();

		void event(String type, StoredSlice slice);

	}

	/**
	 * What is asked for is older than what is kept.
	 */
	static final class GoneException extends Exception {

		private static final long serialVersionUID = 1L;

	}

	private record Change(long version, @Nullable StoredSlice before, @Nullable StoredSlice after) {

		void show(Watcher watcher) {
			boolean wasThere = matches(this.before, watcher);
			boolean isThere = matches(this.after, watcher);
			if (isThere && this.after != null) {
				watcher.event(wasThere ? "MODIFIED" : "ADDED", this.after);
			}
			else if (wasThere && this.before != null) {
				watcher.event("DELETED", this.before.at(this.version));
			}
		}

		private static boolean matches(@Nullable StoredSlice slice, Watcher watcher) {
			return slice != null && slice.namespace().equals(watcher.namespace())
					&& watcher.selector().test(slice.labels());
		}

	}

	/**
	 * Write a slice.
	 * @param slice what to write; its version is set here
	 * @param always whether to write it also when nothing in it changes
	 */
	synchronized void put(StoredSlice slice, boolean always) {
		StoredSlice before = this.slices.get(slice.key());
		if (always || before == null || !before.sameContent(slice)) {
			StoredSlice after = slice.at(nextVersion());
			this.slices.put(slice.key(), after);
			changed(new Change(this.version, before, after));
		}
	}

	synchronized void delete(String namespace, String name) {
		StoredSlice before = this.slices.remove(StoredSlice.key(namespace, name));
		if (before != null) {
			changed(new Change(nextVersion(), before, null));
		}
	}

	private long nextVersion() {
		this.version = Math.max(this.next, this.version + 1);
		return this.version;
	}

	private void changed(Change change) {
		this.history.addLast(change);
		if (this.history.size() > HISTORY) {
			this.compacted = this.history.removeFirst().version();
		}
		this.watchers.forEach(change::show);
	}

	synchronized long version() {
		return this.version;
	}

	synchronized void nextVersion(long next) {
		if (next <= this.version) {
			throw new IllegalArgumentException(
					"'next' must be greater than " + this.version + ", the last one given, but was " + next);
		}
		this.next = next;
	}

	/**
	 * Forget everything before now: versions older than the last can no longer be watched
	 * or listed.
	 */
	synchronized void compact() {
		this.history.clear();
		this.compacted = this.version;
	}

	/**
	 * The slices of a namespace in the order of their names.
	 * @param namespace the namespace
	 * @param selector which of them
	 * @param at as they were at this version
	 * @return the slices
	 * @throws GoneException when that version is compacted
	 */
	synchronized List<StoredSlice> list(String namespace, LabelSelector selector, long at) throws GoneException {
		checkKept(at);
		TreeMap<String, StoredSlice> state = this.slices;
		if (at < this.version) {
			state = new TreeMap<>(this.slices);
			Iterator<Change> backwards = this.history.descendingIterator();
			while (backwards.hasNext()) {
				Change change = backwards.next();
				if (change.version() <= at) {
					break;
				}
				undo(change, state);
			}
		}
		List<StoredSlice> result = new ArrayList<>();
		for (StoredSlice slice : state.values()) {
			if (slice.namespace().equals(namespace) && selector.test(slice.labels())) {
				result.add(slice);
			}
		}
		return result;
	}

	private static void undo(Change change, TreeMap<String, StoredSlice> state) {
		if (change.before() != null) {
			state.put(change.before().key(), change.before());
		}
		else if (change.after() != null) {
			state.remove(change.after().key());
		}
	}

	/**
	 * Show a watcher all events after a version, and from then on each as it happens.
	 * @param watcher who watches
	 * @param after the version that it knows
	 * @throws GoneException when that version is compacted
	 */
	synchronized void watch(Watcher watcher, long after) throws GoneException {
		checkKept(after);
		for (Change change : this.history) {
			if (change.version() > after) {
				change.show(watcher);
			}
		}
		this.watchers.add(watcher);
	}

	/**
	 * Show a watcher what there is as if it were added now, and from then on each event.
	 * @param watcher who watches
	 * @return the version of what it was shown
	 */
	synchronized long watchFromNow(Watcher watcher) {
		for (StoredSlice slice : this.slices.values()) {
			if (Change.matches(slice, watcher)) {
				watcher.event("ADDED", slice);
			}
		}
		this.watchers.add(watcher);
		return this.version;
	}

	synchronized void unwatch(Watcher watcher) {
		this.watchers.remove(watcher);
	}

	private void checkKept(long at) throws GoneException {
		if (at < this.compacted) {
			throw new GoneException();
		}
	}

}
