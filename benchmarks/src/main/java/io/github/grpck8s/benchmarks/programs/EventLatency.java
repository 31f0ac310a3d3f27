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
import io.github.grpck8s.test.FakeKubernetes;
import io.github.grpck8s.test.FakeService;

/**
 * Claims that a channel is told of a change within 1.3 times what the handler of a bare
 * fabric8 watch takes, and 3 ms.
 */
public final class EventLatency implements Program {

	private static final String RAW = "handler of a bare fabric8 watch";

	private static final Duration LIMIT = Duration.ofSeconds(60);

	@Override
	public String name() {
		return "event-latency";
	}

	@Override
	public String claim() {
		return "From the write of a slice at the API server to onResult2 of a channel: ≤ 1.3 × the handler of a bare fabric8 "
				+ "watch + 3 ms, at 10, 100 and 1,000 endpoints.";
	}

	@Override
	public Duration takes(Effort effort) {
		return Duration.ofSeconds(effort.pick(15 + 4 * effort.callRounds(), 6));
	}

	@Override
	public Report run(Effort effort) throws Exception {
		List<Integer> sizes = effort.smoke() ? List.of(10) : List.of(10, 100, 1000);
		BooleanSupplier timeIsUp = effort.timeIsUp();
		try (FakeKubernetes kubernetes = FakeKubernetes.start();
				Child worker = Command
					.of("discovery", ClassPath.STARTER, DiscoveryWorker.class,
							List.of(kubernetes.kubeconfigFile("shop").toString()))
					.hurried(effort.smoke())
					.start()) {
			worker.await(Duration.ofMinutes(3));
			Map<String, Callable<Double>> arms = new LinkedHashMap<>();
			for (int size : sizes) {
				for (String arm : List.of("ours", "raw", "twin")) {
					FakeService service = kubernetes.service("shop", arm + "-" + size).scale(size);
					worker.ask((arm.equals("ours") ? "resolver " : "watch ") + service.name(), LIMIT);
					arms.put(service.name(), new Toggle(worker, service));
				}
			}
			kubernetes.awaitOpenWatches(arms.size(), LIMIT);
			// until the code is compiled
			Rounds.run(effort.pick(12, 1), effort.random(), arms);
			Map<String, List<Double>> times = Rounds.run(effort.callRounds(), 1, timeIsUp, effort.random(), arms);
			List<Row> rows = new ArrayList<>();
			for (int size : sizes) {
				List<Double> raw = times.getOrDefault("raw-" + size, List.of());
				Row row = Row.of(size + " endpoints", "ms", RAW, raw, times.getOrDefault("ours-" + size, List.of()))
					.noise(raw, times.getOrDefault("twin-" + size, List.of()));
				rows.add(row.limit(1.3 * row.rivals() + 3));
			}
			return Report.of(times.values().iterator().next().size(), rows);
		}
	}

	/**
	 * A pod becomes ready and stops being so, in turn.
	 */
	private static final class Toggle implements Callable<Double> {

		private final Child worker;

		private final FakeService service;

		private boolean ready = true;

		Toggle(Child worker, FakeService service) {
			this.worker = worker;
			this.service = service;
		}

		private String[] told() {
			return this.worker.ask("told " + this.service.name(), LIMIT).split(" ");
		}

		/**
		 * Change it.
		 * @return milliseconds until the worker was told
		 */
		@Override
		public Double call() {
			String before = told()[0];
			this.ready = !this.ready;
			long start = System.nanoTime();
			this.service.ready(this.service.name() + "-1", this.ready);
			String[] told = told();
			while (told[0].equals(before)) {
				if (System.nanoTime() - start > LIMIT.toNanos()) {
					throw new IllegalStateException(this.service.name() + " was never told of a change");
				}
				FollowingArm.pause(Duration.ofMillis(5));
				told = told();
			}
			// quiet again: what comes in bursts is told in windows
			FollowingArm.pause(Duration.ofMillis(250));
			return (Long.parseLong(told[1]) - start) / 1e6;
		}

	}

}
