package io.github.grpck8s.benchmarks.programs;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;

import io.github.grpck8s.benchmarks.Effort;
import io.github.grpck8s.benchmarks.Program;
import io.github.grpck8s.benchmarks.measure.Rounds;
import io.github.grpck8s.benchmarks.programs.FollowingArm.Change;
import io.github.grpck8s.benchmarks.report.Report;
import io.github.grpck8s.benchmarks.report.Row;
import io.github.grpck8s.benchmarks.worker.Applications;
import io.github.grpck8s.benchmarks.worker.Child;
import io.github.grpck8s.benchmarks.worker.Command;
import io.github.grpck8s.benchmarks.worker.ClassPath;
import io.github.grpck8s.benchmarks.worker.CoreApi;
import io.github.grpck8s.benchmarks.worker.RawWatchWorker;
import io.github.grpck8s.test.FakeKubernetes;

/**
 * Claims that a new pod gets its first call, and a pod that ends its last, within 1.3
 * times the raw minimum and 3 ms, where other ways take seconds.
 */
public final class EndpointChange implements Program {

	private static final String OURS = "ours";

	private static final String RAW = "raw fabric8 watch, new channel, one call";

	private static final String TWIN = "raw again";

	private static final String DNS_30 = "dns:/// round_robin, cache 30 s";

	private static final String DNS_1 = "dns:/// round_robin, cache 1 s";

	private static final String DISCOVERY = "discovery:/// of spring-cloud-kubernetes";

	private static final List<String> SLOW = List.of(DNS_30, DNS_1, DISCOVERY);

	@Override
	public String name() {
		return "endpoint-change";
	}

	@Override
	public String claim() {
		return "From the write at the API server to the first call that a new pod answers, and to the last that begins for a "
				+ "pod that ends: ≤ 1.3 × the raw minimum + 3 ms; other ways take seconds, or never come to it.";
	}

	@Override
	public Duration takes(Effort effort) {
		return Duration.ofSeconds(effort.pick(20 + 42 * effort.scenarioRounds(), 10));
	}

	@Override
	public Report run(Effort effort) throws Exception {
		int rounds = effort.scenarioRounds();
		BooleanSupplier timeIsUp = effort.timeIsUp();
		int port = Applications.freePort();
		Map<String, FollowingArm> arms = new LinkedHashMap<>();
		try (FakeKubernetes kubernetes = FakeKubernetes.start()) {
			try {
				start(arms, kubernetes, port, effort.smoke());
				Map<String, List<Change>> changes = new LinkedHashMap<>();
				int done = 0;
				while (done < rounds && (done == 0 || !timeIsUp.getAsBoolean())) {
					done++;
					Rounds.run(effort.pick(3, 1), effort.random(), fast(arms))
						.forEach((arm, measured) -> changes.computeIfAbsent(arm, (key) -> new ArrayList<>())
							.addAll(measured));
					FollowingArm
						.together(
								arms.entrySet()
									.stream()
									.filter((arm) -> SLOW.contains(arm.getKey()))
									.map(Map.Entry::getValue)
									.toList(),
								Duration.ofSeconds(effort.pick(34, 1)), Duration.ofSeconds(effort.pick(7, 1)))
						.forEach((arm, change) -> changes.computeIfAbsent(arm, (key) -> new ArrayList<>()).add(change));
				}
				return Report.of(done, rows(changes));
			}
			finally {
				arms.values().forEach(FollowingArm::close);
			}
		}
	}

	private static Map<String, Callable<Change>> fast(Map<String, FollowingArm> arms) {
		Map<String, Callable<Change>> fast = new LinkedHashMap<>();
		arms.forEach((name, arm) -> {
			if (!SLOW.contains(name)) {
				fast.put(name, () -> arm.change(Duration.ofSeconds(5)));
			}
		});
		return fast;
	}

	private static void start(Map<String, FollowingArm> arms, FakeKubernetes kubernetes, int port, boolean smoke)
			throws Exception {
		Path kubeconfig = kubernetes.kubeconfigFile("shop");
		Map<String, String> config = Map.of("KUBECONFIG", kubeconfig.toString());
		add(arms, OURS, kubernetes, port, smoke,
				(service) -> Applications.client(ClassPath.STARTER, "k8s:///" + service + ".shop:grpc", config));
		for (String raw : List.of(RAW, TWIN)) {
			add(arms, raw, kubernetes, port, smoke, (service) -> Command.of("raw", ClassPath.STARTER_WITHOUT_OURS,
					RawWatchWorker.class, List.of(kubeconfig.toString(), service)));
		}
		add(arms, DNS_30, kubernetes, port, smoke, (service) -> dns(arms, service, port, 30));
		add(arms, DNS_1, kubernetes, port, smoke, (service) -> dns(arms, service, port, 1));
		if (!smoke) {
			add(arms, DISCOVERY, kubernetes, port, false, (service) -> discovery(arms, service, port));
		}
	}

	/**
	 * Makes the command of an arm when its Service is there.
	 */
	private interface Maker {

		Command of(String service) throws IOException;

	}

	private static void add(Map<String, FollowingArm> arms, String name, FakeKubernetes kubernetes, int port,
			boolean smoke, Maker maker) throws IOException {
		int number = 20 + arms.size();
		FollowingArm arm = new FollowingArm(name, kubernetes, "users" + number, number, port);
		arms.put(name, arm);
		arm.start(maker.of("users" + number).hurried(smoke).start());
	}

	private static FollowingArm last(Map<String, FollowingArm> arms) {
		return List.copyOf(arms.values()).get(arms.size() - 1);
	}

	private static Command dns(Map<String, FollowingArm> arms, String service, int port, int seconds)
			throws IOException {
		Path hosts = Child.temporary("hosts", "");
		last(arms).changed((pods) -> Hosts.write(hosts, service + ".example", pods));
		return Hosts.options(Applications.dnsClient(service + ".example", port), hosts, seconds);
	}

	private static Command discovery(Map<String, FollowingArm> arms, String service, int port) throws IOException {
		FollowingArm arm = last(arms);
		CoreApi api = new CoreApi(service, port,
				() -> arm.service()
					.pods()
					.stream()
					.map((pod) -> new CoreApi.Instance(pod.name(), pod.address()))
					.toList());
		arm.closing(api);
		return Applications.discoveryClient(service, api.kubeconfig());
	}

	private static List<Row> rows(Map<String, List<Change>> changes) {
		List<Row> rows = new ArrayList<>();
		for (boolean first : new boolean[] { true, false }) {
			String scenario = first ? "new pod: first call" : "pod ends: last call";
			List<Double> ours = values(changes, OURS, first);
			List<Double> raw = values(changes, RAW, first);
			Row row = Row.of(scenario, "ms", RAW, raw, ours).noise(raw, values(changes, TWIN, first));
			rows.add(row.limit(1.3 * row.rivals() + 3));
			for (String rival : SLOW) {
				if (changes.containsKey(rival)) {
					rows.add(beside(scenario, rival, values(changes, rival, first), ours));
				}
			}
		}
		return rows;
	}

	/**
	 * Slow arms have fewer rounds.
	 */
	private static Row beside(String scenario, String rival, List<Double> theirs, List<Double> ours) {
		long never = theirs.stream().filter((value) -> value >= FollowingArm.NEVER).count();
		List<Double> bounded = theirs.stream().map((value) -> Math.min(value, 34_000.0)).toList();
		Row row = Row.of(scenario, "ms", rival, bounded, ours);
		return (never == 0) ? row : row.remark("rival: %d of %d times not within 34 s".formatted(never, theirs.size()));
	}

	private static List<Double> values(Map<String, List<Change>> changes, String arm, boolean first) {
		return changes.getOrDefault(arm, List.of())
			.stream()
			.map((change) -> first ? change.first() : change.last())
			.toList();
	}

}
