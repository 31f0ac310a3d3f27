package io.github.grpck8s.benchmarks.programs;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;

import io.github.grpck8s.benchmarks.Effort;
import io.github.grpck8s.benchmarks.Program;
import io.github.grpck8s.benchmarks.report.Report;
import io.github.grpck8s.benchmarks.report.Row;
import io.github.grpck8s.benchmarks.worker.Applications;
import io.github.grpck8s.benchmarks.worker.Child;
import io.github.grpck8s.benchmarks.worker.ClassPath;
import io.github.grpck8s.benchmarks.worker.CoreApi;
import io.github.grpck8s.benchmarks.worker.Follower.Sight;
import io.github.grpck8s.test.FakeKubernetes;

/**
 * Claims that no call fails while three processes are restarted one after the other, and
 * that next to none takes a second attempt.
 */
public final class RollingRestart implements Program {

	private static final int PODS = 3;

	private static final Duration LIMIT = Duration.ofMinutes(3);

	private static final String OURS = "ours";

	@Override
	public String name() {
		return "rolling-restart";
	}

	@Override
	public String claim() {
		return "Three server processes are restarted one by one under steady calls: 0 failed, attempts per call ≤ 1.01. The "
				+ "rivals' servers have net.devh's starter alone and a preStop hook as long as our drain delay, 2 s.";
	}

	@Override
	public Duration takes(Effort effort) {
		return Duration.ofSeconds(effort.pick(25 + 3 * 9 * effort.scenarioRounds(), 15));
	}

	@Override
	public Report run(Effort effort) throws Exception {
		int port = Applications.freePort();
		BooleanSupplier timeIsUp = effort.timeIsUp();
		Path hosts = Child.temporary("hosts", "");
		Map<String, Child> clients = new LinkedHashMap<>();
		try (FakeKubernetes kubernetes = FakeKubernetes.start();
				RestartedPods ours = new RestartedPods("ours", ClassPath.STARTER, 60, port,
						kubernetes.service("shop", "users"), (addresses) -> {
						});
				RestartedPods plain = new RestartedPods("plain", ClassPath.NET_DEVH, 61, port,
						kubernetes.service("shop", "plain"),
						(addresses) -> Hosts.addresses(hosts, "users.example", addresses));
				CoreApi api = new CoreApi("plain", port, plain::ready)) {
			try {
				List<RestartedPods> groups = List.of(ours, plain);
				for (int pod = 0; pod < effort.pick(PODS, 1); pod++) {
					RestartedPods.addOne(groups);
				}
				clients.put(OURS,
						Applications
							.client(ClassPath.STARTER, "k8s:///users.shop:grpc",
									Map.of("KUBECONFIG", kubernetes.kubeconfigFile("shop").toString()))
							.hurried(effort.smoke())
							.start());
				for (int cache : new int[] { 30, 1 }) {
					clients.put("dns:/// round_robin, cache " + cache + " s",
							Hosts.options(Applications.dnsClient("users.example", port), hosts, cache).start());
				}
				if (!effort.smoke()) {
					clients.put("discovery:/// of spring-cloud-kubernetes",
							Applications.discoveryClient("plain", api.kubeconfig()).start());
				}
				clients.values().forEach((client) -> client.await(LIMIT));
				// one by one: a start is not what is measured here
				clients.values().forEach(RollingRestart::follow);
				Map<String, List<Double>> failed = new LinkedHashMap<>();
				Map<String, Long> before = failed(clients);
				int rounds = 0;
				while (rounds < effort.scenarioRounds() && (rounds == 0 || !timeIsUp.getAsBoolean())) {
					rounds++;
					for (int pod = 0; pod < effort.pick(PODS, 1); pod++) {
						RestartedPods.addOne(groups);
						RestartedPods.endOldest(groups);
					}
					Map<String, Long> after = failed(clients);
					for (Map.Entry<String, Long> client : after.entrySet()) {
						failed.computeIfAbsent(client.getKey(), (key) -> new ArrayList<>())
							.add((double) client.getValue() - before.getOrDefault(client.getKey(), 0L));
					}
					before = after;
				}
				List<Row> rows = rows(failed, sights(clients), ours);
				if (failed.getOrDefault(OURS, List.of()).stream().anyMatch((calls) -> calls > 0)) {
					System.out.println(Objects.requireNonNull(clients.get(OURS)).log());
				}
				return Report.of(rounds, rows);
			}
			finally {
				clients.values().forEach(Child::close);
			}
		}
	}

	/**
	 * Let a client call until its calls are answered.
	 */
	private static void follow(Child client) {
		client.ask("follow", LIMIT);
		long end = System.nanoTime() + LIMIT.toNanos();
		while (Sight.parse(client.ask("seen", LIMIT)).total() < 200) {
			if (end - System.nanoTime() < 0) {
				throw new IllegalStateException("No answers\n" + client.log());
			}
			FollowingArm.pause(Duration.ofMillis(50));
		}
	}

	private static Map<String, Long> failed(Map<String, Child> clients) {
		Map<String, Long> failed = new LinkedHashMap<>();
		clients.forEach((name, client) -> failed.put(name, Sight.parse(client.ask("seen", LIMIT)).failed()));
		return failed;
	}

	/**
	 * What was seen when nothing is under way any more.
	 */
	private static Map<String, Sight> sights(Map<String, Child> clients) {
		clients.values().forEach((client) -> client.ask("pause", LIMIT));
		FollowingArm.pause(Duration.ofSeconds(1));
		Map<String, Sight> sights = new LinkedHashMap<>();
		clients.forEach((name, client) -> sights.put(name, Sight.parse(client.ask("seen", LIMIT))));
		return sights;
	}

	private static List<Row> rows(Map<String, List<Double>> failed, Map<String, Sight> sights, RestartedPods pods)
			throws Exception {
		List<Row> rows = new ArrayList<>();
		List<Double> ours = failed.getOrDefault(OURS, List.of());
		for (Map.Entry<String, Sight> rival : sights.entrySet()) {
			if (!rival.getKey().equals(OURS)) {
				Sight sight = rival.getValue();
				rows.add(Row
					.of("3 processes restarted", "failed calls a round", rival.getKey(),
							failed.getOrDefault(rival.getKey(), List.of()), ours)
					.limit(0)
					.remark("rival: %,d of %,d calls failed".formatted(sight.failed(), sight.total())));
			}
		}
		Sight sight = sights.getOrDefault(OURS, new Sight(0, 0, Map.of()));
		rows.add(Row
			.exact("3 processes restarted", "attempts per call, counted by the servers", "one each", 1,
					(double) pods.served() / sight.total())
			.goal(1.01)
			.remark("ours: %,d of %,d calls failed".formatted(sight.failed(), sight.total())));
		return rows;
	}

}
