package io.github.grpck8s.benchmarks.programs;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;

import io.github.grpck8s.benchmarks.worker.Applications;
import io.github.grpck8s.benchmarks.worker.Child;
import io.github.grpck8s.benchmarks.worker.ClassPath;
import io.github.grpck8s.benchmarks.worker.CoreApi;
import io.github.grpck8s.test.FakePod;
import io.github.grpck8s.test.FakeService;

/**
 * Server processes behind a Service, and what kubelet and controllers do when they come
 * and go.
 */
final class RestartedPods implements AutoCloseable {

	/**
	 * The drain delay of ours, the preStop hook of others.
	 */
	private static final Duration DELAY = Duration.ofSeconds(2);

	private static final Duration LIMIT = Duration.ofMinutes(4);

	private final String name;

	private final ClassPath classPath;

	private final int number;

	private final int port;

	private final FakeService slices;

	private final Consumer<List<String>> dns;

	/**
	 * From old to young.
	 */
	private final Deque<Pod> pods = new ConcurrentLinkedDeque<>();

	private int made;

	private long served;

	/**
	 * A server process.
	 */
	private record Pod(String name, String address, Child process) {
	}

	RestartedPods(String name, ClassPath classPath, int number, int port, FakeService slices,
			Consumer<List<String>> dns) {
		this.name = name;
		this.classPath = classPath;
		this.number = number;
		this.port = port;
		this.slices = slices;
		this.dns = dns;
	}

	/**
	 * Start a pod of each group at the same time, and let it be found when it is ready.
	 */
	static void addOne(List<RestartedPods> groups) throws IOException {
		List<Pod> young = new ArrayList<>();
		for (RestartedPods group : groups) {
			young.add(group.start());
		}
		for (int i = 0; i < groups.size(); i++) {
			young.get(i).process().await(LIMIT);
			groups.get(i).ready(young.get(i));
		}
	}

	private Pod start() throws IOException {
		this.made++;
		String address = "127.0." + this.number + "." + this.made;
		String pod = this.name + "-" + this.made;
		Child process = Applications.server(this.classPath, pod, address, this.port, DELAY).start();
		return new Pod(pod, address, process);
	}

	private void ready(Pod pod) {
		this.pods.add(pod);
		this.slices.add(FakePod.of(pod.name(), pod.address()).port("grpc", this.port));
		tellDns();
	}

	private void tellDns() {
		this.dns.accept(this.pods.stream().map(Pod::address).toList());
	}

	/**
	 * End the oldest pod of each group: it leaves the lists of ready ones, and gets
	 * SIGTERM at once where it drains by itself, else when its preStop hook is over.
	 */
	static void endOldest(List<RestartedPods> groups) throws InterruptedException {
		List<Pod> old = new ArrayList<>();
		for (RestartedPods group : groups) {
			Pod pod = group.pods.remove();
			old.add(pod);
			group.slices.terminate(pod.name());
			group.tellDns();
			if (group.classPath == ClassPath.STARTER) {
				pod.process().terminate();
			}
		}
		FollowingArm.pause(DELAY);
		for (int i = 0; i < groups.size(); i++) {
			if (groups.get(i).classPath != ClassPath.STARTER) {
				old.get(i).process().terminate();
			}
		}
		for (int i = 0; i < groups.size(); i++) {
			groups.get(i).ended(old.get(i));
		}
	}

	private void ended(Pod pod) throws InterruptedException {
		this.served += Long.parseLong(pod.process().await(LIMIT));
		pod.process().awaitEnd(LIMIT);
		this.slices.remove(pod.name());
	}

	/**
	 * The pods that are ready.
	 */
	List<CoreApi.Instance> ready() {
		return this.pods.stream().map((pod) -> new CoreApi.Instance(pod.name(), pod.address())).toList();
	}

	/**
	 * How many calls all of them served. Ends those that are left.
	 */
	long served() throws InterruptedException {
		for (Pod pod : this.pods) {
			pod.process().terminate();
		}
		for (Pod pod : this.pods) {
			this.served += Long.parseLong(pod.process().await(LIMIT));
		}
		this.pods.clear();
		return this.served;
	}

	@Override
	public void close() {
		this.pods.forEach((pod) -> pod.process().close());
	}

}
