package io.github.grpck8s.discovery;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * The slices of one Service as they are known, and for a moment the endpoints that have
 * just vanished from them: a pod that moves between slices is in none for a while,
 * because the controller writes one slice after the other. Not thread-safe; time comes
 * in.
 */
final class SliceStore {

	/**
	 * Slices whose deletion is remembered, so that a stale list does not bring them back.
	 */
	private static final int MAX_DELETED = 1000;

	private final long hold;

	private final Map<String, Slice> slices = new TreeMap<>();

	private final Map<String, String> deleted = new LinkedHashMap<>();

	private final List<Held> held = new ArrayList<>();

	/**
	 * Create an empty store.
	 * @param hold how long an endpoint that has vanished is kept, in nanoseconds
	 */
	SliceStore(long hold) {
		this.hold = hold;
	}

	/**
	 * Take a whole list.
	 * @param list all slices at some time
	 * @param version the list's resource version
	 * @param now the time in nanoseconds
	 * @return whether endpoints vanished and are held
	 */
	boolean replace(Collection<Slice> list, @Nullable String version, long now) {
		Map<String, Slice> listed = new HashMap<>();
		for (Slice slice : list) {
			if (!isStale(slice)) {
				listed.put(slice.name, slice);
			}
		}
		Map<String, Slice> before = new TreeMap<>(this.slices);
		for (Slice known : before.values()) {
			Slice slice = listed.remove(known.name);
			// a list of a replica that lags behind does not know younger slices yet
			if (ResourceVersions.isOlder(version, known.resourceVersion) || isRegression(slice, known)) {
				continue;
			}
			if (slice != null) {
				this.slices.put(slice.name, slice);
			}
			else {
				this.slices.remove(known.name);
				rememberDeletion(known.uid, version);
			}
		}
		this.slices.putAll(listed);
		int heldBefore = this.held.size();
		before.values().forEach((old) -> hold(old, now));
		return this.held.size() > heldBefore;
	}

	/**
	 * Believe the next list, whatever its versions are. What was known is still held for
	 * a moment.
	 */
	void forgetVersions() {
		this.deleted.clear();
		this.slices.replaceAll((name, slice) -> slice.withoutVersion());
	}

	/**
	 * Take an added or modified slice.
	 * @return whether it was taken
	 */
	boolean put(Slice slice, long now) {
		Slice known = this.slices.get(slice.name);
		if (known != null && isRegression(slice, known) || isStale(slice)) {
			return false;
		}
		this.slices.put(slice.name, slice);
		if (known != null) {
			hold(known, now);
		}
		return true;
	}

	/**
	 * Take a deletion.
	 * @param uid the uid of the slice that was deleted, or {@code null} if unknown
	 * @param version the resource version of the deletion, or {@code null} if unknown
	 * @return whether a slice is gone
	 */
	boolean remove(String name, @Nullable String uid, @Nullable String version, long now) {
		rememberDeletion(uid, version);
		Slice known = this.slices.get(name);
		if (known == null || uid != null && known.uid != null && !uid.equals(known.uid)) {
			// another slice of the same name lives on
			return false;
		}
		if (ResourceVersions.isOlder(version, known.resourceVersion)) {
			// told again after a stale list: it has come back since
			return false;
		}
		this.slices.remove(name);
		hold(known, now);
		return true;
	}

	private void rememberDeletion(@Nullable String uid, @Nullable String version) {
		if (uid != null && version != null && !ResourceVersions.isOlder(version, this.deleted.get(uid))) {
			this.deleted.put(uid, version);
			if (this.deleted.size() > MAX_DELETED) {
				Iterator<String> eldest = this.deleted.keySet().iterator();
				eldest.next();
				eldest.remove();
			}
		}
	}

	/**
	 * A slice whose label leads to another Service is deleted for this one, and may come
	 * back younger with the same uid.
	 */
	private boolean isStale(Slice slice) {
		String deletion = (slice.uid != null) ? this.deleted.get(slice.uid) : null;
		return deletion != null && (deletion.equals(slice.resourceVersion)
				|| ResourceVersions.isOlder(slice.resourceVersion, deletion));
	}

	private static boolean isRegression(@Nullable Slice slice, Slice known) {
		return slice != null && Objects.equals(slice.uid, known.uid)
				&& ResourceVersions.isOlder(slice.resourceVersion, known.resourceVersion);
	}

	/**
	 * Hold what was in a slice and is now in none.
	 */
	private void hold(Slice old, long now) {
		Slice successor = this.slices.get(old.name);
		if (successor == old || this.hold <= 0) {
			return;
		}
		Set<Object> present = new HashSet<>();
		if (successor != null) {
			successor.endpoints.forEach((endpoint) -> present.add(endpoint.data.address()));
		}
		List<EndpointData> vanished = new ArrayList<>();
		for (Slice.Endpoint endpoint : old.endpoints) {
			if (!present.contains(endpoint.data.address())) {
				vanished.add(endpoint.data);
			}
		}
		if (!vanished.isEmpty()) {
			// the assembler believes any slice before these, so those that are elsewhere
			// do no harm
			this.held.add(new Held(old.with(vanished), now + this.hold));
		}
	}

	/**
	 * Forget what has been held long enough.
	 * @return the nanoseconds until the next one, or -1 if none is left
	 */
	long expire(long now) {
		this.held.removeIf((each) -> each.until() - now <= 0);
		return this.held.stream().mapToLong((each) -> each.until() - now).min().orElse(-1);
	}

	List<Slice> slices() {
		return List.copyOf(this.slices.values());
	}

	List<Slice> held() {
		return this.held.stream().map(Held::slice).toList();
	}

	/**
	 * Endpoints that were in a slice a moment ago.
	 *
	 * @param slice what the slice was like, with these endpoints only
	 * @param until when they are forgotten, in nanoseconds
	 */
	private record Held(Slice slice, long until) {
	}

}
