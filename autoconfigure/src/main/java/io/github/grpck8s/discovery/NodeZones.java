package io.github.grpck8s.discovery;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.jspecify.annotations.Nullable;

/**
 * In which zone a node is, learned from any endpoint on it. Only nodes that were asked
 * for are remembered. Thread-safe.
 */
final class NodeZones {

	private final Set<String> unknown = ConcurrentHashMap.newKeySet();

	private final ConcurrentMap<String, String> zones = new ConcurrentHashMap<>();

	private final Set<String> lookedUp = ConcurrentHashMap.newKeySet();

	/**
	 * Look out for the zone of a node.
	 */
	void ask(String node) {
		if (!this.zones.containsKey(node)) {
			this.unknown.add(node);
		}
	}

	@Nullable String of(String node) {
		return this.zones.get(node);
	}

	/**
	 * Whether the API server is to be asked for the zone of a node: once.
	 */
	boolean beginLookup(String node) {
		return !this.zones.containsKey(node) && this.lookedUp.add(node);
	}

	/**
	 * Whoever asked is gone; the next one may ask again.
	 */
	void endLookups() {
		this.lookedUp.clear();
	}

	/**
	 * Learn the zone of a node.
	 * @return whether it was not known
	 */
	boolean learn(String node, String zone) {
		this.unknown.remove(node);
		return this.zones.putIfAbsent(node, zone) == null;
	}

	/**
	 * See what slices tell.
	 * @return whether a zone is known that was not before
	 */
	boolean learn(Collection<Slice> slices) {
		if (this.unknown.isEmpty()) {
			return false;
		}
		boolean news = false;
		for (Slice slice : slices) {
			for (Slice.Endpoint endpoint : slice.endpoints) {
				String node = endpoint.data.node();
				String zone = endpoint.data.zone();
				if (node != null && zone != null && this.unknown.remove(node)) {
					this.zones.put(node, zone);
					news = true;
				}
			}
		}
		return news;
	}

}
