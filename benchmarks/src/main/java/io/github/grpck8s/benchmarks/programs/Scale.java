package io.github.grpck8s.benchmarks.programs;

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
import io.github.grpck8s.benchmarks.report.Report;
import io.github.grpck8s.benchmarks.report.Row;
import io.github.grpck8s.benchmarks.worker.Child;
import io.github.grpck8s.benchmarks.worker.Command;
import io.github.grpck8s.benchmarks.worker.ClassPath;
import io.github.grpck8s.benchmarks.worker.DiscoveryWorker;
import io.github.grpck8s.discovery.AssemblerBenchmark;
import io.github.grpck8s.test.FakeKubernetes;
import io.github.grpck8s.test.FakeService;

/**
 * Claims that a hundred channels to thousands of endpoints cost the API server one list
 * and one watch, the heap a quarter of an informer's store, and nothing when nothing
 * changes.
 */
public final class Scale implements Program {

	private static final int CHANNELS = 100;

	private static final Duration LIMIT = Duration.ofMinutes(2);

	@Override
	public String name() {
		return "scale";
	}

	@Override
	public String claim() {
		return "100 channels to one Service of 1,000 and 5,000 endpoints: 1 LIST and 1 WATCH in all, memory per endpoint ≤ 0.25 × "
				+ "the store of one fabric8 informer, no emission for equal content; one slice of 50 changes: assembling ≤ 5 × "
				+ "parsing it.";
	}

	@Override
	public Duration takes(Effort effort) {
		return Duration.ofSeconds(effort.pick(170 + 15 * effort.scenarioRounds(), 15));
	}

	/**
	 * What an arm cost.
	 *
	 * @param lists how many lists the API server was asked for
	 * @param watches how many watches
	 * @param store bytes of heap for each endpoint that are kept when the only channel
	 * has left; of an informer all that it takes
	 * @param bytes bytes of heap for each endpoint with one channel or informer
	 * @param allBytes bytes of heap for each endpoint with all channels or informers
	 * @param told how often somebody was told of 20 writes that changed nothing
	 */
	private record Cost(double lists, double watches, double store, double bytes, double allBytes, double told) {
	}

	@Override
	public Report run(Effort effort) throws Exception {
		BooleanSupplier timeIsUp = effort.timeIsUp();
		List<Row> rows = new ArrayList<>();
		for (int endpoints : effort.smoke() ? List.of(200) : List.of(1000, 5000)) {
			// a store for each channel would not fit for the larger one
			int informers = (endpoints > 1000) ? 10 : CHANNELS;
			Map<String, Callable<Cost>> arms = new LinkedHashMap<>();
			arms.put("ours", () -> measure("resolver", endpoints, CHANNELS, effort.smoke()));
			arms.put("informer", () -> measure("informer", endpoints, informers, effort.smoke()));
			arms.put("twin", () -> measure("informer", endpoints, informers, effort.smoke()));
			int rounds = effort.pick(Math.min(2, effort.scenarioRounds()), 1);
			rows.addAll(rows(endpoints, informers, Rounds.run(rounds, 1, timeIsUp, effort.random(), arms)));
		}
		rows.addAll(assembling(effort));
		rows.addAll(updating(effort));
		return Report.of(effort.pick(Math.min(2, effort.scenarioRounds()), 1), rows);
	}

	private static Cost measure(String what, int endpoints, int channels, boolean smoke) throws Exception {
		try (FakeKubernetes kubernetes = FakeKubernetes.start();
				Child worker = Command
					.of(what, ClassPath.STARTER, DiscoveryWorker.class,
							List.of(kubernetes.kubeconfigFile("shop").toString()))
					// this collector knows to the byte what is left
					.options("-Xmx1200m", "-XX:+UseSerialGC")
					.hurried(smoke)
					.start()) {
			worker.await(LIMIT);
			FakeService users = kubernetes.service("shop", "users").podsPerSlice(100);
			users.scale(endpoints);
			// first a small one: classes and connections are not what is measured
			kubernetes.service("shop", "small").scale(1);
			worker.ask(what + " small", LIMIT);
			awaitTold(worker, "small", 1);
			leave(worker);
			long before = Long.parseLong(worker.ask("memory", LIMIT));
			kubernetes.forgetRequests();
			worker.ask(what + " users", LIMIT);
			int slices = (endpoints + 99) / 100;
			int first = what.equals("resolver") ? 1 : slices;
			awaitTold(worker, "users", first);
			long one = Long.parseLong(worker.ask("memory", LIMIT));
			long store = one;
			int told = 1;
			if (what.equals("resolver")) {
				leave(worker);
				store = Long.parseLong(worker.ask("memory", LIMIT));
				told = 0;
			}
			worker.ask(what + " users " + (channels - told), LIMIT);
			awaitTold(worker, "users", first * (channels + 1 - told));
			long all = Long.parseLong(worker.ask("memory", LIMIT));
			kubernetes.awaitWatches(what.equals("resolver") ? 1 : channels, LIMIT);
			long toldBefore = told(worker, "users");
			for (int i = 0; i < 20; i++) {
				kubernetes.service("shop", "users").slices().get(0).touch();
				FollowingArm.pause(Duration.ofMillis(20));
			}
			FollowingArm.pause(Duration.ofSeconds(1));
			return new Cost(kubernetes.lists(), kubernetes.watches(), (store - before) / (double) endpoints,
					(one - before) / (double) endpoints, (all - before) / (double) endpoints,
					told(worker, "users") - toldBefore);
		}
	}

	/**
	 * All channels leave; informers stay.
	 */
	private static void leave(Child worker) {
		worker.ask("leave", LIMIT);
		// timers of the channel that are still to run
		FollowingArm.pause(Duration.ofSeconds(2));
	}

	private static long told(Child worker, String service) {
		return Long.parseLong(worker.ask("told " + service, LIMIT).split(" ")[0]);
	}

	private static void awaitTold(Child worker, String service, int times) {
		long end = System.nanoTime() + LIMIT.toNanos();
		while (told(worker, service) < times) {
			if (end - System.nanoTime() < 0) {
				throw new IllegalStateException(
						service + " was told " + told(worker, service) + " times, not " + times);
			}
			FollowingArm.pause(Duration.ofMillis(50));
		}
		FollowingArm.pause(Duration.ofMillis(200));
	}

	private static List<Row> rows(int endpoints, int informers, Map<String, List<Cost>> costs) {
		List<Cost> ours = costs.getOrDefault("ours", List.of());
		List<Cost> theirs = costs.getOrDefault("informer", List.of());
		List<Cost> twin = costs.getOrDefault("twin", List.of());
		String channels = "%,d endpoints, %d channels".formatted(endpoints, CHANNELS);
		String each = informers + " fabric8 informers";
		return List.of(
				Row.of(channels, "LISTs", each, theirs.stream().map(Cost::lists).toList(),
						ours.stream().map(Cost::lists).toList())
					.limit(1),
				Row.of(channels, "WATCHes", each, theirs.stream().map(Cost::watches).toList(),
						ours.stream().map(Cost::watches).toList())
					.limit(1),
				Row.of("%,d endpoints, the store".formatted(endpoints), "heap per endpoint, B", "one fabric8 informer",
						theirs.stream().map(Cost::store).toList(), ours.stream().map(Cost::store).toList())
					.noise(theirs.stream().map(Cost::store).toList(), twin.stream().map(Cost::store).toList())
					.goal(0.25),
				Row.of("%,d endpoints, 1 channel".formatted(endpoints), "heap per endpoint, B", "one fabric8 informer",
						theirs.stream().map(Cost::bytes).toList(), ours.stream().map(Cost::bytes).toList())
					.remark("ours has what gRPC takes for each address, the informer none"),
				Row.of(channels, "heap per endpoint, B", each, theirs.stream().map(Cost::allBytes).toList(),
						ours.stream().map(Cost::allBytes).toList()),
				Row.of(channels, "emissions, equal writes", each, theirs.stream().map(Cost::told).toList(),
						ours.stream().map(Cost::told).toList())
					.limit(0));
	}

	/**
	 * A slice of 100 endpoints of 50 changes.
	 */
	private static List<Row> assembling(Effort effort) throws Exception {
		Micro micro = Micro.run(AssemblerBenchmark.class, effort);
		return List.of(Row.exact("one slice of 50 changes, 5,000 endpoints", "µs", "parsing that slice",
				micro.time("parse"), micro.time("assemble"))
			.goal(5));
	}

	private static List<Row> updating(Effort effort) throws Exception {
		Micro micro = Micro.run(UpdateBenchmark.class, effort);
		List<Row> rows = new ArrayList<>();
		for (String pods : List.of("1000", "5000")) {
			String replaced = "replaceOne " + pods;
			String scenario = "one of %,d pods is another, 1 channel".formatted(Integer.parseInt(pods));
			rows.add(Row.exact(scenario, "policy, µs", "grpc-java's round_robin", micro.time(replaced + " round_robin"),
					micro.time(replaced + " kubernetes")));
			rows.add(Row.exact(scenario, "policy, B", "grpc-java's round_robin",
					micro.allocated(replaced + " round_robin"), micro.allocated(replaced + " kubernetes")));
		}
		return rows;
	}

}
