package io.github.grpck8s.benchmarks.programs;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.grpck8s.benchmarks.Effort;
import io.github.grpck8s.benchmarks.Program;
import io.github.grpck8s.benchmarks.measure.Usage;
import io.github.grpck8s.benchmarks.report.Report;
import io.github.grpck8s.benchmarks.report.Row;
import io.github.grpck8s.benchmarks.worker.Applications;
import io.github.grpck8s.benchmarks.worker.Command;
import io.github.grpck8s.benchmarks.worker.Shape;

/**
 * Claims that the whole default set, with tracing off, allocates at most 1.05 times what
 * a bare grpc-java call does, and that 1 % of sampled traces costs less than
 * OpenTelemetry's library and agent.
 */
public final class CallOverhead implements Program {

	private static final String BARE = "bare grpc-java";

	private static final String TWIN = "bare again";

	private static final String OFF = "ours, tracing off";

	private static final String SAMPLED = "ours, 1 % sampled";

	private static final String NET_DEVH = "net.devh alone";

	private static final String BOOT = "Boot's gRPC alone";

	private static final String LIBRARY = "OpenTelemetry library, 1 % sampled";

	private static final String AGENT = "OpenTelemetry agent, 1 % sampled";

	@Override
	public String name() {
		return "call-overhead";
	}

	@Override
	public String claim() {
		return "All rooms at their defaults with tracing off: allocation ≤ 1.05 × and CPU ≤ 1.10 × bare grpc-java; with 1 % "
				+ "sampled less than OpenTelemetry's library (1.15 × the allocation of bare is the aim) and its agent.";
	}

	@Override
	public Duration takes(Effort effort) {
		return Duration.ofSeconds(effort.pick(300 + 26 * effort.callRounds(), 25));
	}

	@Override
	public Report run(Effort effort) throws Exception {
		List<Row> rows = new ArrayList<>();
		Map<Shape, Usages> measured = CallArms.measure(effort, commands(),
				List.of(Shape.UNARY, Shape.STREAMING, Shape.CALLERS_64));
		int rounds = 0;
		for (Map.Entry<Shape, Usages> each : measured.entrySet()) {
			Shape shape = each.getKey();
			Usages usages = each.getValue();
			rounds = usages.rounds();
			String off = shape.title() + ", " + OFF;
			String sampled = shape.title() + ", " + SAMPLED;
			rows.addAll(usages.costs(off, BARE, OFF, BARE, TWIN, 1.05, 1.10));
			rows.add(usages.row(off, "time per call, µs (a remark)", CallOverhead::time, BARE, OFF)
				.noise(usages.values(BARE, CallOverhead::time), usages.values(TWIN, CallOverhead::time)));
			for (String rival : List.of(NET_DEVH, BOOT)) {
				rows.addAll(usages.costs(off, rival, OFF, BARE, TWIN, null, null));
			}
			rows.addAll(usages.costs(sampled, BARE, SAMPLED, BARE, TWIN, 1.15, null));
			for (String rival : List.of(LIBRARY, AGENT)) {
				rows.addAll(usages.costs(sampled, rival, SAMPLED, BARE, TWIN, 1.0, 1.0));
			}
			for (String rival : List.of(NET_DEVH, BOOT, LIBRARY, AGENT)) {
				usages.costs(shape.title() + ", " + rival, BARE, rival, BARE, TWIN, null, null)
					.forEach((row) -> rows.add(row.remark("the rival itself, not ours")));
			}
		}
		return Report.of(rounds, rows);
	}

	private static double time(Usage usage) {
		return usage.nanos() / 1000.0 / usage.calls();
	}

	private static Map<String, Command> commands() throws IOException {
		Map<String, Command> commands = new LinkedHashMap<>();
		commands.put(BARE, Applications.bare("bare"));
		commands.put(TWIN, Applications.bare("twin"));
		commands.put(NET_DEVH, Applications.netDevh());
		commands.put(BOOT, Applications.boot());
		commands.put(LIBRARY, Applications.library());
		commands.put(AGENT, Applications.agent());
		commands.put(OFF, Applications.starter("off", "grpc.k8s.observability.tracing.enabled=false"));
		commands.put(SAMPLED, Applications.starter("sampled", "grpc.k8s.observability.tracing.sampling=0.01"));
		commands.replaceAll((name, command) -> command.onOneCore());
		return commands;
	}

}
