package io.github.grpck8s.health;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import org.jspecify.annotations.Nullable;

/**
 * What each name says at the moment, and who wants to be told. Read without locks by any
 * thread; written by one thread at a time.
 */
final class ServingBoard {

	private volatile Map<String, ServingStatus> statuses = Map.of();

	private volatile boolean open;

	private volatile boolean closing;

	private final Set<WatchCall> watches = ConcurrentHashMap.newKeySet();

	/**
	 * What a name says.
	 * @param name the name that was asked for
	 * @return its status, {@code null} if nobody here knows the name
	 */
	@Nullable ServingStatus status(String name) {
		return this.statuses.get(name);
	}

	/**
	 * What becomes of a status that somebody else set for a name: nothing is serving
	 * before the application does, nor after.
	 * @param elsewhere the status set elsewhere
	 * @return the status to tell
	 */
	ServingStatus gated(ServingStatus elsewhere) {
		return (elsewhere == ServingStatus.SERVING && !this.open) ? ServingStatus.NOT_SERVING : elsewhere;
	}

	/**
	 * Replace what the names say and tell the watchers on this thread.
	 * @param now the statuses, not changed afterwards
	 * @param mayServe whether names that are known elsewhere may be serving
	 */
	void publish(Map<String, ServingStatus> now, boolean mayServe) {
		this.statuses = now;
		this.open = mayServe;
		this.watches.forEach(WatchCall::refresh);
	}

	void add(WatchCall watch) {
		this.watches.add(watch);
		watch.refresh();
		if (this.closing) {
			watch.complete();
		}
	}

	void remove(WatchCall watch) {
		this.watches.remove(watch);
	}

	/**
	 * End the streams that are open with a last message and OK.
	 */
	void complete() {
		this.watches.forEach(WatchCall::complete);
	}

	/**
	 * Whether streams that come from now on end at once.
	 * @param closing whether the server is going
	 */
	void closing(boolean closing) {
		this.closing = closing;
		if (closing) {
			complete();
		}
	}

	int watches() {
		return this.watches.size();
	}

}
