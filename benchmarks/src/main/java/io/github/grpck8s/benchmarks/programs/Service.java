package io.github.grpck8s.benchmarks.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.grpck8s.benchmarks.worker.NamedPod;
import io.github.grpck8s.test.FakeKubernetes;
import io.github.grpck8s.test.FakePod;
import io.github.grpck8s.test.FakeService;

/**
 * A Service of the fake Kubernetes and its pods, bare servers of this process. Each arm
 * follows one of its own: what happens to one wakes nobody else.
 */
final class Service implements AutoCloseable {

	private final FakeService slices;

	private final String name;

	private final int number;

	private final int port;

	private final Runnable changed;

	/**
	 * From old to young.
	 */
	private final List<NamedPod> pods = new CopyOnWriteArrayList<>();

	private final List<NamedPod> stopped = new ArrayList<>();

	private int made;

	private long written;

	/**
	 * Create a Service.
	 * @param kubernetes where it stands
	 * @param name its name, in the namespace shop
	 * @param number its addresses are 127.0.{number}.x
	 * @param port the port of its pods
	 * @param changed is told when its pods have changed, before the slices are
	 */
	Service(FakeKubernetes kubernetes, String name, int number, int port, Runnable changed) {
		this.slices = kubernetes.service("shop", name);
		this.name = name;
		this.number = number;
		this.port = port;
		this.changed = changed;
	}

	/**
	 * Start servers and add them all at once.
	 * @return the last of them
	 */
	NamedPod add(int count) {
		NamedPod[] more = new NamedPod[count];
		try {
			for (int i = 0; i < count; i++) {
				this.made++;
				more[i] = new NamedPod(this.name + "-" + this.made, "127.0." + this.number + "." + this.made,
						this.port);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.pods.addAll(List.of(more));
		this.written = System.nanoTime();
		this.changed.run();
		this.slices.add(List.of(more).stream().map(NamedPod::endpoint).toArray(FakePod[]::new));
		return more[count - 1];
	}

	/**
	 * When the last change began to be told, by {@link System#nanoTime()}.
	 */
	long written() {
		return this.written;
	}

	/**
	 * Begin the end of the oldest pod: it is no longer ready and still serves.
	 */
	NamedPod terminateOldest() {
		NamedPod oldest = this.pods.remove(0);
		this.written = System.nanoTime();
		this.changed.run();
		this.slices.terminate(oldest.name());
		this.stopped.add(oldest);
		return oldest;
	}

	/**
	 * End a pod that was terminated.
	 */
	void remove(NamedPod pod) {
		pod.stop();
		this.slices.remove(pod.name());
	}

	/**
	 * The pods that are ready.
	 */
	List<NamedPod> pods() {
		return this.pods;
	}

	@Override
	public void close() {
		this.pods.forEach(NamedPod::close);
		this.stopped.forEach(NamedPod::close);
	}

}
