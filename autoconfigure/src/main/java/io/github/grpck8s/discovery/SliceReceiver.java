package io.github.grpck8s.discovery;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * Is told of the slices. Called one at a time, on threads of the HTTP client and of the
 * scheduler; must not block.
 */
interface SliceReceiver {

	/**
	 * A complete list.
	 * @param version its resource version, or {@code null} if it does not come from the
	 * API server
	 */
	void listed(Collection<Slice> slices, @Nullable String version);

	/**
	 * A complete list of a server that knows less than it did: it was restored from a
	 * backup. What was known of it before counts no more.
	 */
	void restored(Collection<Slice> slices, String version);

	/**
	 * There is nothing, as far as can be told.
	 * @param why a full text for a person
	 */
	void absent(String why);

	/**
	 * A slice was added or modified.
	 */
	void changed(Slice slice);

	/**
	 * A slice was deleted.
	 */
	void deleted(String name, @Nullable String uid, @Nullable String version);

	/**
	 * The watch lives.
	 */
	void alive();

	/**
	 * A list or watch failed; another will be tried.
	 */
	void failed(Problem problem);

	/**
	 * A list or watch is started anew though nothing failed.
	 */
	void restarted(String why);

}
