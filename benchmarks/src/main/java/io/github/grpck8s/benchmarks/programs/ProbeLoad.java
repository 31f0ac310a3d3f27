package io.github.grpck8s.benchmarks.programs;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.grpck8s.benchmarks.Effort;
import io.github.grpck8s.benchmarks.Program;
import io.github.grpck8s.benchmarks.measure.Rounds;
import io.github.grpck8s.benchmarks.measure.Usage;
import io.github.grpck8s.benchmarks.report.Report;
import io.github.grpck8s.benchmarks.report.Row;
import io.github.grpck8s.benchmarks.worker.Applications;
import io.github.grpck8s.benchmarks.worker.Child;
import io.github.grpck8s.benchmarks.worker.PacedLoad;
import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;

/**
 * Claims that 10,000 health Checks per second cost a server at most 1.10 times the CPU
 * and 1.05 times the allocation of as many empty unary calls.
 */
public final class ProbeLoad implements Program {

	private static final int PER_SECOND = 10_000;

	private static final String EMPTY = "empty unary";

	private static final String TWIN = "empty unary again";

	private static final String CHECK = "Check";

	@Override
	public String name() {
		return "probe-load";
	}

	@Override
	public String claim() {
		return "10,000 Checks per second cost the server ≤ 1.10 × the CPU and ≤ 1.05 × the allocation of as many empty "
				+ "unary calls; its process alone is measured, the caller is another.";
	}

	@Override
	public Duration takes(Effort effort) {
		return Duration.ofSeconds(effort.pick(25 + 6 * effort.callRounds(), 5));
	}

	@Override
	public Report run(Effort effort) throws Exception {
		BooleanSupplier timeIsUp = effort.timeIsUp();
		try (Child server = Applications.starter("server").hurried(effort.smoke()).start()) {
			int port = Integer.parseInt(server.await(Duration.ofSeconds(90)).split(" ")[1]);
			ManagedChannel channel = Grpc
				.newChannelBuilder("dns:///127.0.0.1:" + port, InsecureChannelCredentials.create())
				.build();
			try {
				Map<String, Callable<Usage>> arms = new LinkedHashMap<>();
				PacedLoad<?, ?> empty = new PacedLoad<>(channel, UserServiceGrpc.getGetUserMethod(),
						GetUserRequest.getDefaultInstance());
				PacedLoad<?, ?> check = new PacedLoad<>(channel, HealthGrpc.getCheckMethod(),
						HealthCheckRequest.newBuilder().setService("readiness").build());
				Duration time = Duration.ofMillis(effort.pick(2_000, 100));
				arms.put(EMPTY, () -> measure(server, empty, time));
				arms.put(TWIN, () -> measure(server, empty, time));
				arms.put(CHECK, () -> measure(server, check, time));
				Rounds.run(effort.pick(2, 1), effort.random(), arms);
				Usages usages = new Usages(Rounds.run(effort.callRounds(), 1, timeIsUp, effort.random(), arms));
				return Report.of(usages.rounds(), rows(usages));
			}
			finally {
				channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
			}
		}
	}

	private static Usage measure(Child server, PacedLoad<?, ?> load, Duration time) throws Exception {
		server.ask("begin", Duration.ofSeconds(10));
		Usage calls = load.run(PER_SECOND, time);
		Usage used = Usage.parse(server.ask("end", Duration.ofSeconds(10)));
		if (calls.failed() > 0) {
			throw new IllegalStateException(calls.failed() + " calls failed");
		}
		return new Usage(calls.calls(), used.bytes(), used.cpu(), calls.nanos(), calls.p50(), calls.p99(), 0);
	}

	private static List<Row> rows(Usages usages) {
		List<Row> rows = usages.costs("health Checks", EMPTY, CHECK, EMPTY, TWIN, 1.05, 1.10);
		rows.add(usages.row("health Checks", "p99, ms", (usage) -> usage.p99() / 1e6, EMPTY, CHECK)
			.noise(usages.values(EMPTY, Usage::p99), usages.values(TWIN, Usage::p99)));
		double rate = usages.values(CHECK, Usage::callsPerSecond)
			.stream()
			.mapToDouble(Double::doubleValue)
			.min()
			.orElse(0);
		return rows.stream().map((row) -> row.remark("at least %.0f per second".formatted(rate))).toList();
	}

}
