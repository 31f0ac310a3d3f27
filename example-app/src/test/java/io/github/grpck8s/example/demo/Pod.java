package io.github.grpck8s.example.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.grpck8s.test.FakePod;
import io.github.grpck8s.test.FakeService;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;

/**
 * A server in a process of its own, and what Kubernetes does for it: it stands in an
 * EndpointSlice as soon as it has an address, is ready when its readiness probe says so,
 * is marked as terminating when it is deleted and gets SIGTERM at the same moment, and
 * leaves the slice when its process has ended.
 */
final class Pod {

	/**
	 * {@code failureThreshold} of the probe.
	 */
	private static final int FAILURES = 3;

	/**
	 * {@code timeoutSeconds} of the probe, so long because all JVMs may share two cores.
	 */
	private static final int TIMEOUT_SECONDS = 3;

	private final String name;

	private final Address address;

	private final FakeService service;

	private final Children children;

	private final Path log;

	private final Process process;

	private final CountDownLatch becameReady = new CountDownLatch(1);

	private final CountDownLatch gone = new CountDownLatch(1);

	private volatile boolean deleted;

	private volatile boolean crashed;

	/**
	 * When the slice first said that it is ready, in epoch milliseconds.
	 */
	private volatile long readyAt;

	Pod(String name, Address address, FakeService service, Children children, TemporaryFiles files) throws IOException {
		this.name = name;
		this.address = address;
		this.service = service;
		this.children = children;
		this.log = files.named(name + ".log");
		// cold and on a busy machine a server may take its time; this is not about its
		// database
		this.process = children.start(Map.of(), ProcessBuilder.Redirect.to(this.log.toFile()),
				List.of("spring.profiles.active=server", "example.pod-name=" + name,
						"grpc.server.address=" + address.host(), "grpc.server.port=" + address.port(),
						"spring.datasource.hikari.connection-timeout=10000", "grpc.k8s.shutdown.delay=2s"));
		Thread kubelet = new Thread(this::care, "kubelet-" + name);
		kubelet.setDaemon(true);
		kubelet.start();
	}

	String name() {
		return this.name;
	}

	Address address() {
		return this.address;
	}

	Summary.Served served() {
		return new Summary.Served(this.name, this.address.host(), this.readyAt);
	}

	/**
	 * Probe each second until the process ends.
	 */
	private void care() {
		this.service.add(FakePod.of(this.name, this.address.host())
			.port("grpc", this.address.port())
			.ready(false)
			.serving(false));
		int failures = 0;
		try {
			while (!this.process.waitFor(1, TimeUnit.SECONDS)) {
				failures = probe() ? 0 : failures + 1;
				if (failures == 0 || failures >= FAILURES) {
					show(failures == 0);
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.service.remove(this.name);
		this.gone.countDown();
		if (!this.deleted && !this.children.areEnding()) {
			this.crashed = true;
			Demo.say(this.name + " ended by itself with " + this.process.exitValue() + ":\n" + output());
		}
	}

	/**
	 * Whether its process has ended although nobody deleted it.
	 */
	boolean isCrashed() {
		return this.crashed;
	}

	private void show(boolean serving) {
		this.service.update(this.name, (pod) -> pod.serving(serving).ready(serving && !this.deleted));
		if (serving && this.readyAt == 0) {
			this.readyAt = System.currentTimeMillis();
			this.becameReady.countDown();
		}
	}

	/**
	 * As a kubelet does it: a new connection each time, without TLS, one Check.
	 */
	private boolean probe() throws InterruptedException {
		ManagedChannel channel = Grpc
			.newChannelBuilderForAddress(this.address.host(), this.address.port(), InsecureChannelCredentials.create())
			.build();
		try {
			ServingStatus status = HealthGrpc.newBlockingStub(channel)
				.withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
				.check(HealthCheckRequest.newBuilder().setService("readiness").build())
				.getStatus();
			return status == ServingStatus.SERVING;
		}
		catch (StatusRuntimeException ex) {
			return false;
		}
		finally {
			channel.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
		}
	}

	void awaitReady(Duration timeout) throws InterruptedException {
		long end = System.nanoTime() + timeout.toNanos();
		while (!this.becameReady.await(200, TimeUnit.MILLISECONDS)) {
			if (!this.process.isAlive()) {
				throw new DemoFailedException(this.name + " ended before it was ready");
			}
			if (System.nanoTime() - end > 0) {
				throw new DemoFailedException(
						this.name + " was not ready within " + timeout.toSeconds() + " s:\n" + output());
			}
		}
	}

	/**
	 * The deletion of a pod. What reads the slices and the pod itself learn of it at the
	 * same time, in no order.
	 */
	void delete() {
		this.deleted = true;
		if (this.process.isAlive()) {
			this.service.terminate(this.name);
			this.process.destroy();
		}
	}

	void awaitGone(Duration timeout) throws InterruptedException {
		if (!this.gone.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
			this.process.destroyForcibly();
			throw new DemoFailedException(
					this.name + " did not stop within " + timeout.toSeconds() + " s:\n" + output());
		}
	}

	private String output() {
		try {
			List<String> lines = Files.readAllLines(this.log);
			return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
		}
		catch (IOException ex) {
			return "(no output: " + ex.getMessage() + ")";
		}
	}

}
