package io.github.grpck8s.it.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
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
import org.junit.jupiter.api.AfterEach;
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
 * A client with the starter has 64 callers, who call three servers in processes of their
 * own through their ends. What was called is counted here, what was executed there, call
 * by call.
 */
@LifecycleCounts
class RollingRestartTests {

	@RegisterExtension
	static final FakeKubernetesExtension CLUSTER = new FakeKubernetesExtension().asCurrentContext("shop");

	private static final Duration DELAY = Duration.ofMillis(600);

	private static final int CALLERS = 64;

	private static final int PODS = 3;

	/** Processes that start while others end: with one core each, they start faster. */
	private static final int STARTING = 2;

	@TempDir
	@SuppressWarnings("NullAway.Init")
	private Path files;

	private final List<Pod> pods = new CopyOnWriteArrayList<>();

	private int ended;

	@AfterEach
	void end() {
		this.pods.forEach((pod) -> pod.server().close());
	}

	@Test
	void r84NoUnaryCallIsLostToSigterm(FakeKubernetes kubernetes) throws Exception {
		int sigterms = Figure.count(2, 20);
		FakeService users = kubernetes.service("shop", "users-sigterm");
		Map<Slices, List<Outcome>> outcomes = new EnumMap<>(Slices.class);
		try (ConfigurableApplicationContext client = client("users-sigterm")) {
			Channel channel = client.getBean(Client.class).users;
			for (Slices slices : Slices.values()) {
				boolean last = slices == Slices.NEVER;
				awaitReady(users, sigterms, last);
				try (Load load = Load.counted(channel, CALLERS)) {
					for (int end = 1; end <= sigterms; end++) {
						awaitReady(users, sigterms - end, last);
						terminate(users, slices);
					}
					load.end();
					outcomes.put(slices, load.outcomes());
				}
			}
		}
		Map<String, Integer> executions = executions();
		outcomes
			.forEach((slices, calls) -> report("slices " + slices + ", " + sigterms + " SIGTERMs", calls, executions));
		for (Slices slices : List.of(Slices.FIRST, Slices.LATE)) {
			assertNoUnaryCallFailed(outcomes.getOrDefault(slices, List.of()), "slices " + slices);
		}
		outcomes.values().forEach((calls) -> assertExecutedAtMostOnce(calls, executions));
	}

	/**
	 * R76: a client cannot know whether a call that got no answer was executed. The one
	 * that may be repeated is, the other is not.
	 */
	@Test
	void r76NothingIsExecutedTwiceUnderSigkill(FakeKubernetes kubernetes) throws Exception {
		int kills = Figure.count(3, 30);
		FakeService users = kubernetes.service("shop", "users-sigkill");
		List<Outcome> outcomes;
		// As many retries at once as there are callers. A channel does not tell which
		// methods will be called over it, as a stub does. And grpc-java says UNKNOWN of
		// a call that it was about to send when the connection closed (issue 10120).
		try (ConfigurableApplicationContext client = client("users-sigkill",
				"grpc.k8s.resilience.retry.throttle.max-tokens=1000",
				"grpc.k8s.resilience.retry.status-codes=UNAVAILABLE,UNKNOWN",
				"grpc.k8s.resilience.retry.idempotent-methods=users.v1.UserService/GetUser")) {
			awaitReady(users, kills, true);
			try (Load load = Load.counted(client.getBean(Client.class).users, CALLERS)) {
				for (int kill = 1; kill <= kills; kill++) {
					awaitReady(users, kills - kill, true);
					// three attempts do not outlive three kills at once
					load.awaitNewCalls();
					Pod pod = next(users);
					pod.server().awaitExit(pod.server().kill());
					users.remove(pod.name());
				}
				load.end();
				outcomes = load.outcomes();
			}
		}
		Map<String, Integer> executions = executions();
		report(kills + " SIGKILLs", outcomes, executions);
		assertExecutedAtMostOnce(outcomes, executions);
		assertNoUnaryCallFailed(outcomes, "SIGKILL");
		assertThat(outcomes).filteredOn((call) -> !call.isOk())
			.extracting((call) -> call.status().getCode())
			.isSubsetOf(Status.Code.UNAVAILABLE, Status.Code.UNKNOWN);
	}

	/**
	 * Lists the failed calls alone: among thousands that went well nobody finds them.
	 */
	private static void assertNoUnaryCallFailed(List<Outcome> calls, String what) {
		List<Outcome> unary = calls.stream().filter((call) -> call.kind() == Kind.GET_USER).toList();
		assertThat(unary).as("unary calls, %s", what).isNotEmpty();
		assertThat(unary.stream().filter((call) -> !call.isOk()).toList()).as("failed unary calls, %s", what).isEmpty();
	}

	private static void assertExecutedAtMostOnce(List<Outcome> calls, Map<String, Integer> executions) {
		List<Outcome> imports = calls.stream().filter((call) -> call.kind() == Kind.IMPORT_USERS).toList();
		assertThat(imports).isNotEmpty();
		assertThat(imports.stream().filter((call) -> {
			int count = executions.getOrDefault(call.key(), 0);
			return count > 1 || (call.isOk() && count == 0);
		})).as("calls that are not idempotent, executed twice, or answered and not executed").isEmpty();
		assertThat(calls.stream()
			.filter((call) -> call.kind() == Kind.GET_USER && call.isOk() && !executions.containsKey(call.key())))
			.as("unary calls, answered and not executed")
			.isEmpty();
	}

	private static void report(String what, List<Outcome> outcomes, Map<String, Integer> executions) {
		StringBuilder text = new StringBuilder(what + ", " + CALLERS + " callers:");
		for (Kind kind : Kind.values()) {
			List<Outcome> calls = outcomes.stream().filter((call) -> call.kind() == kind).toList();
			Map<Status.Code, Integer> failures = new TreeMap<>();
			calls.stream()
				.filter((call) -> !call.isOk())
				.forEach((call) -> failures.merge(call.status().getCode(), 1, Integer::sum));
			text.append(' ').append(kind).append(' ').append(calls.size()).append(" calls, failed ").append(failures);
			if (kind == Kind.GET_USER || kind == Kind.IMPORT_USERS) {
				text.append(", executed ")
					.append(calls.stream().mapToInt((call) -> executions.getOrDefault(call.key(), 0)).sum())
					.append(" times, at most ")
					.append(calls.stream().mapToInt((call) -> executions.getOrDefault(call.key(), 0)).max().orElse(0))
					.append(" times each");
			}
			text.append(';');
		}
		Figure.print("%s", text);
	}

	/**
	 * End a pod as Kubernetes does it, in one of the orders in which the news travel.
	 */
	private void terminate(FakeService users, Slices slices) throws InterruptedException {
		Pod pod = next(users);
		if (slices == Slices.FIRST) {
			users.terminate(pod.name());
			pause(Duration.ofMillis(300));
		}
		long terminated = pod.server().terminate();
		if (slices == Slices.LATE) {
			pause(DELAY.dividedBy(2));
			users.terminate(pod.name());
		}
		pod.server().awaitExit(terminated);
		assertThat(pod.server().exitCode()).as(pod.server().log()).isEqualTo(143);
		// clients find out about one that is never told of by themselves
		pause(Duration.ofMillis(300));
		users.remove(pod.name());
	}

	/**
	 * The first started of those that are ready: a later one may have been quicker.
	 */
	private Pod next(FakeService users) {
		List<String> ready = users.pods();
		Pod next = this.pods.stream()
			.filter((pod) -> ready.contains(pod.name()) && pod.server().isAlive())
			.findFirst()
			.orElseThrow();
		this.ended++;
		return next;
	}

	private static void pause(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		while (end - System.nanoTime() > 0) {
			LockSupport.parkNanos(end - System.nanoTime());
		}
	}

	/**
	 * Wait until all are ready, and have some more start if there are still ends to come.
	 */
	private void awaitReady(FakeService users, int ends, boolean last) throws IOException {
		int wanted = PODS + (last ? Math.min(ends, STARTING) : STARTING);
		while (this.pods.size() - this.ended < wanted) {
			startPod(users);
		}
		await().pollInterval(Duration.ofMillis(20))
			.atMost(120, TimeUnit.SECONDS)
			.until(() -> users.pods().size() >= PODS);
	}

	private void startPod(FakeService users) throws IOException {
		String name = "users-" + this.pods.size();
		Path executions = this.files.resolve(name);
		ServerProcess server = ServerProcess.start(CountingServer.class.getName(),
				new String[] { CountingServer.EXECUTIONS + "=" + executions,
						"grpc.k8s.shutdown.delay=" + DELAY.toMillis() + "ms", "grpc.k8s.shutdown.grace=5s",
						"spring.main.web-application-type=none", "spring.config.name=none" });
		this.pods.add(new Pod(name, server, executions));
		Thread kubelet = new Thread(() -> {
			server.awaitServing();
			users.add(FakePod.of(name, "127.0.0.1").port("grpc", server.grpcPort()));
		}, "kubelet-" + name);
		kubelet.setDaemon(true);
		kubelet.start();
	}

	private Map<String, Integer> executions() throws Exception {
		for (Pod pod : this.pods) {
			if (pod.server().isAlive()) {
				pod.server().awaitExit(pod.server().kill());
			}
		}
		Map<String, Integer> executions = new HashMap<>();
		for (Pod pod : this.pods) {
			Files.readAllLines(pod.executions()).forEach((key) -> executions.merge(key, 1, Integer::sum));
		}
		return executions;
	}

	private static ConfigurableApplicationContext client(String service, String... more) {
		List<String> properties = new ArrayList<>(Arrays.asList("spring.config.name=none",
				"spring.main.banner-mode=off", "logging.level.root=warn", "grpc.server.port=-1",
				"otel.sdk.disabled=true",
				"spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
				"grpc.client.users.address=k8s:///" + service + ".shop:grpc",
				"grpc.client.users.negotiation-type=plaintext"));
		properties.addAll(List.of(more));
		return new SpringApplicationBuilder(Client.class).web(WebApplicationType.NONE)
			.run(properties.stream().map((property) -> "--" + property).toArray(String[]::new));
	}

	/**
	 * When the slices say that a pod ends.
	 */
	private enum Slices {

		FIRST, LATE, NEVER

	}

	private record Pod(String name, ServerProcess server, Path executions) {
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Client {

		@GrpcClient("users")
		private Channel users;

	}

}
