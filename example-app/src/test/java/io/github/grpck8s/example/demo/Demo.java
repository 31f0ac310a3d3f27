package io.github.grpck8s.example.demo;

import java.io.IOException;
import java.nio.file.Files;
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
 * then five, then two, then each of these is restarted, while the client goes on calling.
 * Ends with 0 only when no call failed.
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

	/**
	 * Addresses that no pod has, in the order in which they are given out.
	 */
	private final Deque<Address> addresses = new ArrayDeque<>(Address.find(5));

	private final List<Pod> running = new ArrayList<>();

	private final List<Pod> all = new ArrayList<>();

	private Demo(FakeKubernetes kubernetes, Children children) {
		this.kubernetes = kubernetes;
		this.users = kubernetes.service("demo", "users");
		this.children = children;
	}

	/**
	 * Run the demo.
	 * @param args none
	 */
	public static void main(String[] args) {
		long start = System.nanoTime();
		int exit = 1;
		try (FakeKubernetes kubernetes = FakeKubernetes.start(); Children children = new Children()) {
			exit = new Demo(kubernetes, children).run() ? 0 : 1;
			say("It took " + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s.");
		}
		catch (DemoFailedException | IOException ex) {
			say("The demo failed: " + ex.getMessage());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		// threads of gRPC need not hold the exit up
		System.exit(exit);
	}

	private boolean run() throws IOException, InterruptedException {
		say("""
				No cluster here: the Kubernetes API of this demo is the project's own fake (module test-support), \
				at %s.
				The servers and the client are the real thing, each in a process of its own. The client knows only \
				k8s:///users.demo:grpc.
				""".formatted(this.kubernetes.url()));
		say("Three servers start. Each is ready when its own health service says so.");
		startPods(3);
		say("The client starts: 200 calls per second, and one line per second of who answered them.");
		Path report = Files.createTempFile("demo-client", ".jsonl");
		try (ClientProcess client = new ClientProcess(this.children, this.kubernetes.kubeconfigFile("demo"), report)) {
			client.awaitSeconds(5, START);
			say("Two more servers start.");
			startPods(2);
			client.awaitSeconds(5, START);
			say("Back to two: the three newest are deleted.");
			stopPods(List.copyOf(this.running.subList(2, this.running.size())));
			client.awaitSeconds(3, START);
			for (Pod old : List.copyOf(this.running)) {
				say("Restart: " + old.name() + " is deleted, another takes its place and its address.");
				stopPods(List.of(old));
				startPods(1);
				client.awaitSeconds(3, START);
			}
			client.stop();
			stopPods(List.copyOf(this.running));
			Summary summary = new Summary(client.seconds(), this.all);
			say(summary.text() + "\n\nRequests at the Kubernetes API: " + this.kubernetes.lists() + " lists, "
					+ this.kubernetes.watches() + " watches, "
					+ (this.kubernetes.requests().size() - this.kubernetes.lists() - this.kubernetes.watches())
					+ " others.");
			return summary.isSuccess();
		}
		finally {
			Files.deleteIfExists(report);
		}
	}

	private void startPods(int count) throws IOException, InterruptedException {
		List<Pod> started = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			Pod pod = new Pod("users-" + (this.all.size() + 1), this.addresses.remove(), this.users, this.children);
			started.add(pod);
			this.all.add(pod);
		}
		for (Pod pod : started) {
			pod.awaitReady(START);
			this.running.add(pod);
		}
	}

	private void stopPods(List<Pod> pods) throws InterruptedException {
		// a Deployment deletes them all at once
		pods.forEach(Pod::delete);
		for (Pod pod : pods) {
			pod.awaitGone(STOP);
			this.running.remove(pod);
			this.addresses.addFirst(pod.address());
		}
	}

	static void say(String text) {
		System.out.println("\n" + text.strip() + "\n");
	}

}
