package io.github.grpck8s.test;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What can happen to watches that are open. Each method concerns those that are open when
 * it is called, after the events that they have yet to be sent.
 */
public final class OpenWatches {

	/**
	 * How long a client that does not read may keep a watch from ending by itself.
	 */
	private static final Duration BLOCKED = Duration.ofSeconds(2);

	private static final Duration END = Duration.ofSeconds(10);

	private final Set<Watch> watches;

	private final RequestLog log;

	OpenWatches(Set<Watch> watches, RequestLog log) {
		this.watches = watches;
		this.log = log;
	}

	/**
	 * Reset their connections and wait until they are gone.
	 * @return how many there were
	 */
	public int cut() {
		List<Watch> cut = List.copyOf(this.watches);
		cut.forEach(Watch::reset);
		try {
			awaitEnd(cut, BLOCKED);
		}
		catch (AssertionError ex) {
			// a client that does not read keeps the thread from coming to the end
			cut.forEach(Watch::resetNow);
			awaitEnd(cut, END);
		}
		return cut.size();
	}

	/**
	 * End them in order, as a server does when their time is up, and wait until they are.
	 * @return how many there were
	 */
	public int end() {
		List<Watch> ended = List.copyOf(this.watches);
		ended.forEach(Watch::end);
		awaitEnd(ended, END);
		return ended.size();
	}

	/**
	 * Send the event that says 410 and end them.
	 * @return how many there were
	 */
	public int expire() {
		List<Watch> expired = List.copyOf(this.watches);
		expired.forEach(Watch::expire);
		awaitEnd(expired, END);
		return expired.size();
	}

	/**
	 * Never send them anything again, not even an end, as when the network has lost the
	 * connection and nobody knows.
	 */
	public void silence() {
		this.watches.forEach(Watch::silence);
	}

	/**
	 * Send a bookmark to those that take them.
	 */
	public void bookmark() {
		this.watches.forEach((watch) -> watch.bookmark(false));
	}

	/**
	 * Send any text: a malformed event, half of one, several in one. An event ends with a
	 * line feed.
	 * @param text the text
	 */
	public void send(String text) {
		this.watches.forEach((watch) -> watch.send(text));
	}

	/**
	 * Wait until everything that was written before has been handed to the network.
	 * @param timeout how long to wait
	 */
	public void awaitSent(Duration timeout) {
		this.log.await(() -> this.watches.stream().allMatch(Watch::isIdle), timeout,
				() -> "Expected all events to be sent");
	}

	private void awaitEnd(List<Watch> ended, Duration timeout) {
		this.log.await(() -> ended.stream().noneMatch(this.watches::contains), timeout,
				() -> "Expected " + ended.size() + " watches to end");
	}

}
