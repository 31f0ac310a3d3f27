package io.github.grpck8s.it.lifecycle;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.grpck8s.it.lifecycle.Outcome.Kind;
import io.github.grpck8s.test.FakeKubernetes;
import io.github.grpck8s.test.FakeKubernetesExtension;
import io.github.grpck8s.test.FakePod;
import io.github.grpck8s.test.FakeService;
import io.grpc.Channel;
import io.grpc.Status;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A client with the starter calls through six SIGTERMs, while the slices learn of the end
 * of a pod before it, while it drains, or never.
 */
class RollingRestartTests {

	@RegisterExtension
	static final FakeKubernetesExtension CLUSTER = new FakeKubernetesExtension().asCurrentContext("shop");

	private static final Duration DELAY = Duration.ofMillis(1000);

	private static final int CALLERS = 16;

	private static final int PODS = 3;

	@TempDir
	@SuppressWarnings("NullAway.Init")
	private Path files;

	private final List<Pod> pods = new ArrayList<>();

	@Test
	void r84NoUnaryCallIsLostToSigterm(FakeKubernetes kubernetes) throws Exception {
		FakeService users = kubernetes.service("shop", "users");
		try (ConfigurableApplicationContext client = client()) {
			for (int pod = 0; pod < PODS; pod++) {
				startPod(users);
			}
			awaitReady(PODS);
			Channel channel = client.getBean(Client.class).users;
			List<Slices> order = List.of(Slices.FIRST, Slices.LATE, Slices.NEVER, Slices.FIRST, Slices.LATE,
					Slices.NEVER);
			Map<Slices, List<Outcome>> outcomes = new HashMap<>();
			for (int kill = 0; kill < order.size(); kill++) {
				awaitReady(2);
				Slices slices = order.get(kill);
				try (Load load = Load.on(channel, CALLERS, false)) {
					kill(users, this.pods.get(kill), slices);
					if (kill < order.size() - 2) {
						startPod(users);
					}
					load.end();
					outcomes.computeIfAbsent(slices, (key) -> new ArrayList<>()).addAll(load.outcomes());
				}
			}
			Map<String, Integer> executions = executions();
			for (Slices slices : Slices.values()) {
				report(slices, outcomes.getOrDefault(slices, List.of()), executions);
			}
			for (Slices slices : List.of(Slices.FIRST, Slices.LATE)) {
				assertThat(outcomes.get(slices)).filteredOn((call) -> call.kind() == Kind.GET_USER)
					.as("unary calls, slices %s", slices)
					.isNotEmpty()
					.allSatisfy((call) -> assertThat(call.isOk()).as("%s", call).isTrue());
			}
			assertThat(executions.values()).as("executions per call").allMatch((count) -> count == 1);
			assertThat(outcomes.values()).allSatisfy(
					(calls) -> assertThat(calls).filteredOn((call) -> call.kind() == Kind.IMPORT_USERS && call.isOk())
						.isNotEmpty()
						.allSatisfy((call) -> assertThat(executions).containsKey(call.key())));
		}
		finally {
			this.pods.forEach((pod) -> pod.server().close());
		}
	}

	private static void report(Slices slices, List<Outcome> outcomes, Map<String, Integer> executions) {
		StringBuilder text = new StringBuilder("slices " + slices + ", 2 SIGTERMs:");
		for (Kind kind : Kind.values()) {
			List<Outcome> calls = outcomes.stream().filter((call) -> call.kind() == kind).toList();
			List<Status.Code> failures = calls.stream()
				.filter((call) -> !call.isOk())
				.map((call) -> call.status().getCode())
				.toList();
			text.append(' ')
				.append(kind)
				.append(' ')
				.append(calls.size())
				.append(" calls ")
				.append(failures.size())
				.append(" failed ")
				.append(failures.isEmpty() ? "" : failures.toString())
				.append(';');
		}
		long executed = outcomes.stream().filter((call) -> executions.containsKey(call.key())).count();
		long failedAndExecuted = outcomes.stream()
			.filter((call) -> !call.isOk() && executions.containsKey(call.key()))
			.count();
		SigtermTests.say("%s imports executed %d, of them failed at the client %d", text, executed, failedAndExecuted);
	}

	/**
	 * End a pod as Kubernetes does it, in one of the orders in which the news travel.
	 */
	private static void kill(FakeService users, Pod pod, Slices slices) throws InterruptedException {
		if (slices == Slices.FIRST) {
			users.terminate(pod.name());
			pause(Duration.ofMillis(300));
		}
		long terminated = pod.server().terminate();
		if (slices == Slices.LATE) {
			pause(DELAY.dividedBy(2));
			users.terminate(pod.name());
		}
		Duration exit = pod.server().awaitExit(terminated);
		assertThat(pod.server().exitCode()).as(pod.server().log()).isEqualTo(143);
		SigtermTests.say("%s, slices %s: exit after %d ms", pod.name(), slices, exit.toMillis());
		// clients find out about one that is never told of by themselves
		pause(Duration.ofMillis(300));
		users.remove(pod.name());
	}

	private static void pause(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		while (end - System.nanoTime() > 0) {
			LockSupport.parkNanos(end - System.nanoTime());
		}
	}

	private void startPod(FakeService users) throws IOException {
		String name = "users-" + this.pods.size();
		Database database = new Database(this.files.resolve(name));
		ServerProcess server = ServerProcess
			.start(database.properties("grpc.k8s.shutdown.delay=" + DELAY.toMillis() + "ms",
					"grpc.k8s.shutdown.grace=5s", "spring.main.web-application-type=none", "example.pod-name=" + name));
		Pod pod = new Pod(name, server, database);
		this.pods.add(pod);
		Thread kubelet = new Thread(() -> {
			server.awaitServing();
			users.add(FakePod.of(name, "127.0.0.1").port("grpc", server.grpcPort()));
		}, "kubelet-" + name);
		kubelet.setDaemon(true);
		kubelet.start();
	}

	private void awaitReady(int count) {
		FakeService users = CLUSTER.kubernetes().service("shop", "users");
		await().atMost(120, TimeUnit.SECONDS).until(() -> users.pods().size() >= count);
	}

	private Map<String, Integer> executions() throws Exception {
		for (Pod pod : this.pods) {
			if (pod.server().isAlive()) {
				pod.server().awaitExit(pod.server().terminate());
			}
		}
		Map<String, Integer> executions = new HashMap<>();
		for (Pod pod : this.pods) {
			pod.database().count(executions);
		}
		return executions;
	}

	private static ConfigurableApplicationContext client() {
		return new SpringApplicationBuilder(Client.class).web(WebApplicationType.NONE)
			.run(Arrays.asList("spring.config.name=none", "spring.main.banner-mode=off", "logging.level.root=warn",
					"grpc.server.port=-1", "otel.sdk.disabled=true",
					"spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
					"grpc.client.users.address=k8s:///users.shop:grpc", "grpc.client.users.negotiation-type=plaintext")
				.stream()
				.map((property) -> "--" + property)
				.toArray(String[]::new));
	}

	/**
	 * When the slices say that a pod ends.
	 */
	private enum Slices {

		FIRST, LATE, NEVER

	}

	private record Pod(String name, ServerProcess server, Database database) {
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Client {

		@GrpcClient("users")
		private Channel users;

	}

}
