package io.github.grpck8s.benchmarks.programs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.github.grpck8s.benchmarks.Effort;
import io.github.grpck8s.benchmarks.Program;
import io.github.grpck8s.benchmarks.measure.Rounds;
import io.github.grpck8s.benchmarks.report.Report;
import io.github.grpck8s.benchmarks.report.Row;
import io.github.grpck8s.benchmarks.worker.Applications;
import io.github.grpck8s.benchmarks.worker.NamedPod;
import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.User;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.github.grpck8s.test.FakeKubernetes;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;

/**
 * Claims that calls are spread evenly: the busiest pod has at most 1.05 times the mean in
 * the steady state and 1.5 times when 1,000 calls wait for the first connections.
 */
public final class Spread implements Program {

	private static final List<String> POLICIES = List.of("kubernetes", "round_robin", "pick_first");

	@Override
	public String name() {
		return "spread";
	}

	@Override
	public String claim() {
		return "Calls of the busiest pod / mean of all: ≤ 1.5 when 1,000 calls are queued at the start, ≤ 1.05 in the steady "
				+ "state and 1 s after 3 pods became 6. All policies have the same resolver.";
	}

	@Override
	public Duration takes(Effort effort) {
		return Duration.ofSeconds(effort.pick(5 + 10 * effort.scenarioRounds(), 6));
	}

	/**
	 * The busiest pod's calls / the mean, in three moments.
	 *
	 * @param start of 1,000 calls that were queued at the start over 10 pods
	 * @param steady of 10,000 calls after that
	 * @param scaled of 6,000 calls one second after 3 pods became 6
	 */
	private record Busiest(double start, double steady, double scaled) {
	}

	@Override
	public Report run(Effort effort) throws Exception {
		String before = System.getProperty("kubeconfig", "");
		int port = Applications.freePort();
		try (FakeKubernetes kubernetes = FakeKubernetes.start();
				Service ten = new Service(kubernetes, "ten", 40, port, () -> {
				})) {
			System.setProperty("kubeconfig", kubernetes.kubeconfigFile("shop").toString());
			ten.add(10);
			Map<String, Callable<Busiest>> arms = new LinkedHashMap<>();
			int[] services = { 0 };
			for (String policy : POLICIES) {
				arms.put(policy, () -> {
					services[0]++;
					return measure(kubernetes, ten, "three-" + services[0], 41 + services[0], port, policy,
							effort.pick(1, 10));
				});
			}
			Map<String, List<Busiest>> busiest = Rounds.run(effort.scenarioRounds(), effort.random(), arms);
			return Report.of(effort.scenarioRounds(), rows(busiest));
		}
		finally {
			if (before.isEmpty()) {
				System.clearProperty("kubeconfig");
			}
			else {
				System.setProperty("kubeconfig", before);
			}
		}
	}

	private static Busiest measure(FakeKubernetes kubernetes, Service ten, String name, int number, int port,
			String policy, int lessCalls) throws InterruptedException {
		double start;
		double steady;
		double scaled;
		ManagedChannel channel = channel("ten", policy);
		try {
			ten.pods().forEach(NamedPod::calls);
			call(channel, 1_000, 1_000);
			start = busiest(ten);
			FollowingArm.pause(Duration.ofMillis(500));
			ten.pods().forEach(NamedPod::calls);
			call(channel, 10_000 / lessCalls, 64);
			steady = busiest(ten);
		}
		finally {
			close(channel);
		}
		try (Service growing = new Service(kubernetes, name, number, port, () -> {
		})) {
			growing.add(3);
			ManagedChannel other = channel(name, policy);
			try {
				call(other, 600, 64);
				growing.add(3);
				FollowingArm.pause(Duration.ofSeconds(1));
				growing.pods().forEach(NamedPod::calls);
				call(other, 6_000 / lessCalls, 64);
				scaled = busiest(growing);
			}
			finally {
				close(other);
			}
		}
		return new Busiest(start, steady, scaled);
	}

	private static ManagedChannel channel(String service, String policy) {
		return Grpc.newChannelBuilder("k8s:///" + service + ".shop:grpc", InsecureChannelCredentials.create())
			.defaultLoadBalancingPolicy(policy)
			.build();
	}

	private static void close(ManagedChannel channel) throws InterruptedException {
		channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
	}

	private static double busiest(Service service) {
		List<Long> calls = service.pods().stream().map(NamedPod::calls).toList();
		long all = calls.stream().mapToLong(Long::longValue).sum();
		long most = calls.stream().mapToLong(Long::longValue).max().orElse(0);
		return (double) most * calls.size() / all;
	}

	private static void call(ManagedChannel channel, int calls, int atOnce) throws InterruptedException {
		Semaphore free = new Semaphore(atOnce);
		CountDownLatch answered = new CountDownLatch(calls);
		UserServiceGrpc.UserServiceStub users = UserServiceGrpc.newStub(channel)
			.withDeadlineAfter(60, TimeUnit.SECONDS);
		for (int i = 0; i < calls; i++) {
			free.acquire();
			users.getUser(GetUserRequest.getDefaultInstance(), new StreamObserver<>() {

				@Override
				public void onNext(User user) {
				}

				@Override
				public void onError(Throwable failure) {
					failure.printStackTrace();
					onCompleted();
				}

				@Override
				public void onCompleted() {
					free.release();
					answered.countDown();
				}

			});
		}
		answered.await();
	}

	private static List<Row> rows(Map<String, List<Busiest>> busiest) {
		List<Row> rows = new ArrayList<>();
		for (String rival : List.of("round_robin", "pick_first")) {
			String name = rival.equals("pick_first") ? "pick_first, one address at a time" : "grpc-java round_robin";
			List<Busiest> theirs = busiest.getOrDefault(rival, List.of());
			List<Busiest> ours = busiest.getOrDefault("kubernetes", List.of());
			rows.add(row("1,000 calls queued at start, 10 pods", name, theirs.stream().map(Busiest::start).toList(),
					ours.stream().map(Busiest::start).toList())
				.limit(1.5));
			rows.add(row("steady, 10 pods", name, theirs.stream().map(Busiest::steady).toList(),
					ours.stream().map(Busiest::steady).toList())
				.limit(1.05));
			rows.add(row("1 s after 3 → 6 pods", name, theirs.stream().map(Busiest::scaled).toList(),
					ours.stream().map(Busiest::scaled).toList())
				.limit(1.05));
		}
		return rows;
	}

	private static Row row(String scenario, String rival, List<Double> theirs, List<Double> ours) {
		return Row.of(scenario, "busiest pod / mean", rival, theirs, ours);
	}

}
