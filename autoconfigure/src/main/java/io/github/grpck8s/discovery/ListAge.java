package io.github.grpck8s.discovery;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Tells a list that is out of date from one of a server that was restored from a backup
 * (R47). Both are older than what was known. The replica that is behind catches up; the
 * restored server stays behind. So the first such list is doubted, and if 10 s later
 * neither an event nor another list has caught up, the next list is believed. Not
 * thread-safe; time comes in.
 */
final class ListAge {

	/**
	 * A replica of an API server is behind for as long as a watch event takes to reach
	 * it, well below this.
	 */
	static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

	private @Nullable String newest;

	private boolean doubted;

	private long doubtedSince;

	/**
	 * A version was reached by an event or bookmark.
	 */
	void reached(String version) {
		if (!ResourceVersions.isOlder(version, this.newest)) {
			this.newest = version;
			this.doubted = false;
		}
	}

	/**
	 * A list came.
	 * @param version its version
	 * @param now the time in nanoseconds
	 * @return whether its server was restored
	 */
	boolean listed(String version, long now) {
		if (!ResourceVersions.isOlder(version, this.newest)) {
			reached(version);
			return false;
		}
		if (!this.doubted) {
			this.doubted = true;
			this.doubtedSince = now;
			return false;
		}
		if (now - this.doubtedSince < PATIENCE) {
			return false;
		}
		this.newest = version;
		this.doubted = false;
		return true;
	}

	/**
	 * When another list is needed.
	 * @param now the time in nanoseconds
	 * @return nanoseconds until then, or -1 if none is needed
	 */
	long listAgainIn(long now) {
		return this.doubted ? Math.max(0, this.doubtedSince + PATIENCE - now) : -1;
	}

}
