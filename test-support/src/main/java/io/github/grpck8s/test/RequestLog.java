package io.github.grpck8s.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Remembers requests and open watches, and lets threads wait for them.
 */
final class RequestLog {

	/**
	 * How many requests stand in a message.
	 */
	private static final int SHOWN = 20;

	private final List<RecordedRequest> requests = new ArrayList<>();

	private int openWatches;

	synchronized void add(RecordedRequest request) {
		this.requests.add(request);
		notifyAll();
	}

	synchronized void watchOpened() {
		this.openWatches++;
		notifyAll();
	}

	synchronized void watchClosed() {
		this.openWatches--;
		notifyAll();
	}

	/**
	 * Let those who wait look again.
	 */
	synchronized void changed() {
		notifyAll();
	}

	synchronized int openWatches() {
		return this.openWatches;
	}

	synchronized List<RecordedRequest> requests() {
		return List.copyOf(this.requests);
	}

	synchronized int count(RecordedRequest.Kind kind) {
		return (int) this.requests.stream().filter((request) -> request.kind() == kind).count();
	}

	synchronized void clear() {
		this.requests.clear();
	}

	private String lastRequests() {
		int from = Math.max(0, this.requests.size() - SHOWN);
		return this.requests.subList(from, this.requests.size())
			.stream()
			.map((request) -> request.time() + " " + request.kind() + " " + request.path() + " " + request.query())
			.collect(Collectors.joining("\n  ", "the last requests:\n  ", ""));
	}

	/**
	 * Wait until something holds.
	 * @param condition what must hold, looked at after each change with the monitor held
	 * @param timeout how long to wait
	 * @param expectation what to say when it does not come
	 * @throws AssertionError when it does not come in time
	 */
	synchronized void await(BooleanSupplier condition, Duration timeout, Supplier<String> expectation) {
		long end = System.nanoTime() + timeout.toNanos();
		while (!condition.getAsBoolean()) {
			long left = (end - System.nanoTime()) / 1_000_000;
			if (left <= 0) {
				throw new AssertionError(expectation.get() + " within " + timeout + ", but there were "
						+ count(RecordedRequest.Kind.LIST) + " lists, " + count(RecordedRequest.Kind.WATCH)
						+ " watches and " + this.openWatches + " open watches; " + lastRequests());
			}
			try {
				wait(left);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new AssertionError("Interrupted: " + expectation.get(), ex);
			}
		}
	}

}
