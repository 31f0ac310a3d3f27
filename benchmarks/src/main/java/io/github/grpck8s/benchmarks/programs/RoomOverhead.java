package io.github.grpck8s.benchmarks.programs;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.grpck8s.benchmarks.Effort;
import io.github.grpck8s.benchmarks.Program;
import io.github.grpck8s.benchmarks.report.Report;
import io.github.grpck8s.benchmarks.report.Row;
import io.github.grpck8s.benchmarks.worker.Applications;
import io.github.grpck8s.benchmarks.worker.Command;
import io.github.grpck8s.benchmarks.worker.Shape;

/**
 * Claims that no room by itself costs a unary call more than a few hundredths: each is
 * switched on alone, beside the same application with all rooms off.
 */
public final class RoomOverhead implements Program {

	private static final List<String> ROOMS = List.of("balancing", "discovery", "health", "keepalive", "limits",
			"resilience", "shutdown", "observability.logging", "observability.metrics", "observability.tracing");

	private static final String OFF = "every room off";

	@Override
	public String name() {
		return "room-overhead";
	}

	@Override
	public String claim() {
		return "Each room alone, beside the starter with every room off: what it adds to a unary call. Balancing has discovery "
				+ "on as well, tracing samples 1 %.";
	}

	@Override
	public Duration takes(Effort effort) {
		return Duration.ofSeconds(effort.pick(300 + 6 * effort.callRounds(), 15));
	}

	@Override
	public Report run(Effort effort) throws Exception {
		List<String> rooms = effort.smoke() ? List.of("balancing") : ROOMS;
		Map<String, Command> commands = new LinkedHashMap<>();
		commands.put(OFF, only("none"));
		commands.put("twin", only("none again"));
		for (String room : rooms) {
			commands.put(room, only(room));
		}
		Usages usages = CallArms.measure(effort, commands, List.of(Shape.UNARY)).values().iterator().next();
		List<Row> rows = new ArrayList<>();
		for (String room : rooms) {
			rows.addAll(usages.costs(room, OFF, room, OFF, "twin", null, null));
		}
		return Report.of(usages.rounds(), rows);
	}

	/**
	 * The starter with one room. Only these two see {@code k8s:///}: without them the
	 * channel has the address.
	 */
	private static Command only(String room) throws IOException {
		boolean balancing = room.equals("balancing");
		boolean discovered = room.equals("discovery") || balancing;
		List<String> properties = new ArrayList<>();
		for (String each : ROOMS) {
			boolean on = each.equals(room) || balancing && each.equals("discovery");
			properties.add("grpc.k8s." + each + ".enabled=" + on);
		}
		properties.add("grpc.k8s.observability.tracing.sampling=0.01");
		return Applications.starter(room, discovered, properties.toArray(String[]::new));
	}

}
