package io.github.grpck8s.benchmarks.programs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import io.github.grpck8s.benchmarks.worker.Child;
import io.github.grpck8s.benchmarks.worker.Follower.Seen;
import io.github.grpck8s.benchmarks.worker.Follower.Sight;
import io.github.grpck8s.benchmarks.worker.NamedPod;
import io.github.grpck8s.test.FakeKubernetes;
import org.jspecify.annotations.Nullable;

/**
 * A client that follows a Service of three pods of its own.
 */
final class FollowingArm implements AutoCloseable {

	/**
	 * In place of milliseconds.
	 */
	static final double NEVER = 1e9;

	private static final Duration LIMIT = Duration.ofMinutes(4);

	private final String name;

	private final Service service;

	private final List<AutoCloseable> closing = new ArrayList<>();

	private @Nullable Child child;

	private Consumer<List<NamedPod>> changed = (pods) -> {
	};

	/**
	 * What a change took, in milliseconds.
	 *
	 * @param first until a new pod's first answer
	 * @param last until the last call began that a pod answered which ends
	 */
	record Change(double first, double last) {
	}

	FollowingArm(String name, FakeKubernetes kubernetes, String service, int number, int port) {
		this.name = name;
		this.service = new Service(kubernetes, service, number, port, this::tell);
	}

	private void tell() {
		this.changed.accept(this.service.pods());
	}

	Service service() {
		return this.service;
	}

	/**
	 * Tell somebody which pods are ready, from now on.
	 */
	void changed(Consumer<List<NamedPod>> listener) {
		this.changed = listener;
	}

	/**
	 * Close something with this.
	 */
	void closing(AutoCloseable other) {
		this.closing.add(other);
	}

	/**
	 * Start to follow three pods.
	 */
	void start(Child started) {
		this.child = started;
		this.service.add(3);
		started.await(LIMIT);
	}

	private Child child() {
		Child started = this.child;
		if (started == null) {
			throw new IllegalStateException("Not started");
		}
		return started;
	}

	private Sight seen() {
		return Sight.parse(child().ask("seen", LIMIT));
	}

	private void settle() {
		child().ask("follow", LIMIT);
		long end = System.nanoTime() + LIMIT.toNanos();
		while (seen().pods().size() < this.service.pods().size() && end - System.nanoTime() > 0) {
			pause(Duration.ofMillis(50));
		}
		pause(Duration.ofMillis(700));
	}

	/**
	 * A pod comes, and then another one ends.
	 */
	Change change(Duration limit) {
		settle();
		NamedPod young = this.service.add(1);
		double first = awaitFirst(young, this.service.written(), limit);
		pause(Duration.ofMillis(700));
		NamedPod old = this.service.terminateOldest();
		long terminated = this.service.written();
		pause(Duration.ofMillis(500));
		double last = last(old, terminated);
		child().ask("pause", LIMIT);
		this.service.remove(old);
		return new Change(first, last);
	}

	private double awaitFirst(NamedPod pod, long since, Duration limit) {
		long end = since + limit.toNanos();
		Seen seen = seen().pod(pod.name());
		while (seen == null && end - System.nanoTime() > 0) {
			pause(Duration.ofMillis(100));
			seen = seen().pod(pod.name());
		}
		return (seen != null) ? (seen.first() - since) / 1e6 : NEVER;
	}

	private double last(NamedPod pod, long since) {
		Seen seen = seen().pod(pod.name());
		return (seen != null) ? Math.max(0, (seen.last() - since) / 1e6) : 0;
	}

	/**
	 * The same for arms that wait for seconds, all at the same time. A pod that ends goes
	 * on serving for 5 s, as with a preStop hook of 5 s.
	 * @param added how long to wait for a new pod's first call
	 * @param ended how long to wait for the last call
	 */
	static Map<String, Change> together(List<FollowingArm> arms, Duration added, Duration ended) {
		arms.forEach(FollowingArm::settle);
		long start = System.nanoTime();
		Map<FollowingArm, NamedPod> young = new LinkedHashMap<>();
		arms.forEach((arm) -> young.put(arm, arm.service.add(1)));
		Map<FollowingArm, Double> first = new LinkedHashMap<>();
		young.forEach((arm, pod) -> first.put(arm,
				arm.awaitFirst(pod, arm.service.written(), added.minusNanos(System.nanoTime() - start))));
		Map<FollowingArm, NamedPod> old = new LinkedHashMap<>();
		Map<FollowingArm, Long> ends = new LinkedHashMap<>();
		for (FollowingArm arm : arms) {
			old.put(arm, arm.service.terminateOldest());
			ends.put(arm, arm.service.written());
		}
		pause(ended.minusSeconds(Math.min(ended.toSeconds() - 1, 2)));
		old.forEach((arm, pod) -> arm.service.remove(pod));
		pause(Duration.ofSeconds(1));
		Map<String, Change> changes = new LinkedHashMap<>();
		old.forEach((arm, pod) -> {
			changes.put(arm.name,
					new Change(first.getOrDefault(arm, NEVER), arm.last(pod, ends.getOrDefault(arm, 0L))));
			arm.child().ask("pause", LIMIT);
		});
		return changes;
	}

	static void pause(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		while (end - System.nanoTime() > 0) {
			LockSupport.parkNanos(end - System.nanoTime());
		}
	}

	@Override
	public void close() {
		if (this.child != null) {
			this.child.close();
		}
		this.service.close();
		for (AutoCloseable other : this.closing) {
			try {
				other.close();
			}
			catch (Exception ex) {
				ex.printStackTrace();
			}
		}
	}

}
