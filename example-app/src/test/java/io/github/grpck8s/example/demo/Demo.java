package io.github.grpck8s.example.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.github.grpck8s.test.FakeKubernetes;
import io.github.grpck8s.test.FakeService;

/**
 * Shows, without a cluster, how a client follows the pods of a service: three servers,
 * then five, then two, then these are restarted one by one, while the client goes on
 * calling. Ends with 0 only when no call failed.
 * <p>
 * The Kubernetes API is the project's own fake. What a kubelet and the controllers do
 * stands in {@link Pod}.
 */
public final class Demo {

	private static final Duration START = Duration.ofSeconds(90);

	private static final Duration STOP = Duration.ofSeconds(45);

	private final FakeKubernetes kubernetes;

	private final FakeService users;

	private final Children children;

	private final TemporaryFiles files;

	/**
	 * Addresses that no pod has, in the order in which they are given out.
	 */
	private final Deque<Address> addresses = new ArrayDeque<>(Address.find(5));

	private final List<Pod> running = new ArrayList<>();

	private final List<Pod> all = new ArrayList<>();

	private Demo(FakeKubernetes kubernetes, Children children, TemporaryFiles files) {
		this.kubernetes = kubernetes;
		this.users = kubernetes.service("demo", "users");
		this.children = children;
		this.files = files;
	}

	/**
	 * Run the demo.
	 * @param args none
	 * @throws IOException when there is no room for temporary files
	 */
	public static void main(String[] args) throws IOException {
		long start = System.nanoTime();
		FakeKubernetes kubernetes = FakeKubernetes.start();
		TemporaryFiles files = new TemporaryFiles();
		Children children = new Children();
		// however the demo ends, also with Ctrl-C, nothing of it stays
		Runtime.getRuntime().addShutdownHook(new Thread(() -> {
			children.close();
			files.close();
			kubernetes.close();
		}, "clean-up"));
		int exit = 1;
		try {
			exit = new Demo(kubernetes, children, files).run() ? 0 : 1;
			say("It took " + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s.");
		}
		catch (DemoFailedException | IOException ex) {
			if (!children.areEnding()) {
				say("The demo failed: " + ex.getMessage());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException ex) {
			ex.printStackTrace();
		}
		System.exit(exit);
	}

	private boolean run() throws IOException, InterruptedException {
		say("""
				No cluster here: the Kubernetes API of this demo is the project's own fake (module test-support), at
				%s. The servers and the client are the real thing, each in a process of its own. The
				client knows only k8s:///users.demo:grpc.
				""".formatted(this.kubernetes.url()));
		say("Three servers start. Each is ready when its own health service says so.");
		awaitReady(startPods(3));
		say("The client starts: 100 calls per second, and a line each second of who answered them.");
		Path kubeconfig = this.kubernetes.kubeconfigFile("demo");
		try (ClientProcess client = new ClientProcess(this.children, kubeconfig, this.files)) {
			client.awaitAnswers(names(), 3);
			say("Two more servers start.");
			awaitReady(startPods(2));
			client.awaitAnswers(names(), 3);
			say("Back to two: the three newest are deleted.");
			List<Pod> newest = List.copyOf(this.running.subList(2, this.running.size()));
			newest.forEach(this::delete);
			awaitGone(newest);
			client.awaitAnswers(names(), 2);
			List<Pod> old = List.copyOf(this.running);
			for (Pod pod : old) {
				say("Restart of " + pod.name() + ": another starts, and when it is ready " + pod.name()
						+ " is deleted.");
				awaitReady(startPods(1));
				delete(pod);
			}
			awaitGone(old);
			client.awaitAnswers(names(), 2);
			client.stop();
			Summary summary = new Summary(client.seconds(), this.all.stream().map(Pod::served).toList());
			int lists = this.kubernetes.lists();
			int watches = this.kubernetes.watches();
			say(summary.text() + "Requests at the Kubernetes API: %d for lists, %d for watches, %d for anything else."
				.formatted(lists, watches, this.kubernetes.requests().size() - lists - watches));
			return summary.isSuccess() && this.all.stream().noneMatch(Pod::isCrashed);
		}
	}

	private List<String> names() {
		return this.running.stream().map(Pod::name).toList();
	}

	private List<Pod> startPods(int count) throws IOException {
		List<Pod> started = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			String name = "users-" + (this.all.size() + 1);
			Pod pod = new Pod(name, this.addresses.remove(), this.users, this.children, this.files);
			started.add(pod);
			this.all.add(pod);
		}
		return started;
	}

	private void awaitReady(List<Pod> started) throws InterruptedException {
		for (Pod pod : started) {
			pod.awaitReady(START);
			this.running.add(pod);
		}
	}

	private void delete(Pod pod) {
		this.running.remove(pod);
		pod.delete();
	}

	private void awaitGone(List<Pod> deleted) throws InterruptedException {
		for (Pod pod : deleted) {
			pod.awaitGone(STOP);
			this.addresses.add(pod.address());
		}
	}

	static void say(String text) {
		System.out.println("\n" + text.strip() + "\n");
	}

}
