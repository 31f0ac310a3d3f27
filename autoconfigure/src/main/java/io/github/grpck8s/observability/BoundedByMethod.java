package io.github.grpck8s.observability;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * One value for each method, and one for all methods that are too many or not to be
 * named. Whoever calls us chooses the names of methods, so they must never become labels
 * without limit. Safe for use by many threads.
 *
 * @param <V> the type of the values
 */
final class BoundedByMethod<V> {

	/** The name that gRFC A66 gives to methods without a name of their own. */
	static final String OTHER = "other";

	/** Far above what an application has. */
	static final int MAX_METHODS = 1000;

	private final Map<String, V> values = new ConcurrentHashMap<>();

	private final Function<String, V> factory;

	BoundedByMethod(Function<String, V> factory) {
		this.factory = factory;
	}

	V other() {
		return this.values.computeIfAbsent(OTHER, this.factory);
	}

	V of(String method) {
		V value = this.values.get(method);
		if (value != null) {
			return value;
		}
		if (this.values.size() >= MAX_METHODS) {
			return other();
		}
		return this.values.computeIfAbsent(method, this.factory);
	}

}
