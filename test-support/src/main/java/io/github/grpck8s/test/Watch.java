package io.github.grpck8s.test;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One open watch. Everything that is to happen to it goes through its queue, so that it
 * happens in the order in which it was asked for; the connection's thread empties the
 * queue.
 */
final class Watch implements SliceStore.Watcher {

	private static final String JSON = "application/json";

	private final String namespace;

	private final LabelSelector selector;

	private final boolean bookmarks;

	private final HttpConnection connection;

	private final SliceStore store;

	private final Runnable progress;

	private final BlockingQueue<Signal> queue = new LinkedBlockingQueue<>();

	private final AtomicInteger pending = new AtomicInteger();

	private boolean silent;

	private enum What {

		TEXT, END, RESET, SILENCE, GONE

	}

	private record Signal(What what, String text) {

	}

	/**
	 * Create the watch.
	 * @param namespace what it watches
	 * @param selector which slices it watches
	 * @param bookmarks whether the client takes bookmarks
	 * @param connection where to write
	 * @param store whose version bookmarks tell
	 * @param progress called each time something was written
	 */
	Watch(String namespace, LabelSelector selector, boolean bookmarks, HttpConnection connection, SliceStore store,
			Runnable progress) {
		this.namespace = namespace;
		this.selector = selector;
		this.bookmarks = bookmarks;
		this.connection = connection;
		this.store = store;
		this.progress = progress;
	}

	@Override
	public String namespace() {
		return this.namespace;
	}

	@Override
	public LabelSelector selector() {
		return this.selector;
	}

	@Override
	public void event(String type, StoredSlice slice) {
		send("{\"type\":\"" + type + "\",\"object\":" + slice.object() + "}\n");
	}

	void send(String text) {
		add(new Signal(What.TEXT, text));
	}

	void expire() {
		send("{\"type\":\"ERROR\",\"object\":" + Statuses.json(410, "Expired", "too old resource version", null)
				+ "}\n");
		end();
	}

	void end() {
		add(new Signal(What.END, ""));
	}

	void reset() {
		add(new Signal(What.RESET, ""));
	}

	void resetNow() {
		this.connection.reset();
		reset();
	}

	void silence() {
		add(new Signal(What.SILENCE, ""));
	}

	/**
	 * Send a bookmark with the version of now, if the client takes any.
	 * @param initialEventsEnd whether it ends the initial events
	 */
	void bookmark(boolean initialEventsEnd) {
		if (this.bookmarks) {
			// with the monitor held all events up to this version are in the queue
			synchronized (this.store) {
				String annotations = initialEventsEnd ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}"
						: "";
				send("{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"EndpointSlice\","
						+ "\"apiVersion\":\"discovery.k8s.io/v1\",\"metadata\":{\"resourceVersion\":\""
						+ this.store.version() + "\",\"creationTimestamp\":null" + annotations
						+ "},\"addressType\":\"\",\"endpoints\":null,\"ports\":null}}\n");
			}
		}
	}

	private void add(Signal signal) {
		this.pending.incrementAndGet();
		this.queue.add(signal);
	}

	/**
	 * Whether all that was to be sent was given to the network.
	 */
	boolean isIdle() {
		return this.pending.get() == 0;
	}

	/**
	 * Write until the end.
	 * @param lasts after which time to end
	 * @param bookmarkEvery the time between two bookmarks
	 * @throws IOException when the client is gone or the connection is reset
	 */
	void run(Duration lasts, Duration bookmarkEvery) throws IOException, InterruptedException {
		this.connection.startStream(200, Map.of(), JSON);
		this.connection.onGone(() -> add(new Signal(What.GONE, "")));
		long end = System.nanoTime() + lasts.toNanos();
		long bookmark = System.nanoTime() + bookmarkEvery.toNanos();
		boolean open = true;
		while (open) {
			long now = System.nanoTime();
			Signal signal = this.queue.poll(Math.min(end - now, bookmark - now), TimeUnit.NANOSECONDS);
			if (signal != null) {
				open = obey(signal);
				this.pending.decrementAndGet();
				this.progress.run();
			}
			else if (System.nanoTime() - end >= 0) {
				end();
				end += TimeUnit.DAYS.toNanos(1);
			}
			else if (System.nanoTime() - bookmark >= 0) {
				bookmark(false);
				bookmark += bookmarkEvery.toNanos();
			}
		}
	}

	private boolean obey(Signal signal) throws IOException {
		switch (signal.what()) {
			case TEXT -> write(signal.text());
			case SILENCE -> this.silent = true;
			case END -> {
				if (this.silent) {
					return true;
				}
				this.connection.endStream();
				return false;
			}
			case RESET -> {
				this.connection.reset();
				throw new IOException("Reset on request");
			}
			default -> throw new IOException("The client is gone");
		}
		return true;
	}

	private void write(String text) throws IOException {
		if (!this.silent) {
			this.connection.write(text);
		}
	}

}
