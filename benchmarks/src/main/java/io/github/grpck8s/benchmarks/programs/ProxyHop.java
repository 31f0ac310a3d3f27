package io.github.grpck8s.benchmarks.programs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import io.github.grpck8s.benchmarks.Effort;
import io.github.grpck8s.benchmarks.Program;
import io.github.grpck8s.benchmarks.measure.Usage;
import io.github.grpck8s.benchmarks.proxy.Proxy;
import io.github.grpck8s.benchmarks.proxy.RunningProxy;
import io.github.grpck8s.benchmarks.report.Report;
import io.github.grpck8s.benchmarks.report.Row;
import io.github.grpck8s.benchmarks.worker.ChannelWorker;
import io.github.grpck8s.benchmarks.worker.Command;
import io.github.grpck8s.benchmarks.worker.ClassPath;
import io.github.grpck8s.benchmarks.worker.Shape;
import io.github.grpck8s.test.FakeKubernetes;

/**
 * Shows what a proxy in front of three servers costs beside a client that finds and
 * balances them itself. Client, servers and proxy stand on one machine, so a hop costs no
 * network here, which is to the proxies' advantage.
 */
public final class ProxyHop implements Program {

	private static final String DIRECT = "direct";

	private static final String TWIN = "direct again";

	private static final List<Shape> SHAPES = List.of(Shape.UNARY, Shape.CALLERS_64);

	@Override
	public String name() {
		return "proxy";
	}

	@Override
	public String claim() {
		return "A client that finds three servers through k8s:/// and balances by policy kubernetes, beside the same client "
				+ "behind a proxy with the same servers; CPU is that of client, servers and proxy together.";
	}

	@Override
	public Duration takes(Effort effort) {
		return Duration.ofSeconds(effort.pick(60 + 6 * effort.callRounds(), 10));
	}

	@Override
	public Report run(Effort effort) throws Exception {
		Map<String, String> versions = new LinkedHashMap<>();
		List<String> missing = new ArrayList<>();
		Map<String, RunningProxy> proxies = new LinkedHashMap<>();
		try (Backends backends = Backends.start(effort); FakeKubernetes kubernetes = FakeKubernetes.start()) {
			backends.announce(kubernetes.service("shop", "users"));
			Map<String, Command> clients = new LinkedHashMap<>();
			clients.put(DIRECT, direct(kubernetes));
			clients.put(TWIN, direct(kubernetes));
			for (Proxy proxy : Proxy.values()) {
				if (proxy.isInstalled()) {
					RunningProxy running = proxy.start(backends.ports());
					proxies.put(proxy.title(), running);
					clients.put(proxy.title(), client("dns:///127.0.0.1:" + running.port(), "pick_first"));
					versions.put(proxy.title(), proxy.version());
				}
				else {
					missing.add(proxy.missing());
				}
			}
			try (CallArms arms = CallArms.start(effort, clients, SHAPES)) {
				List<Row> rows = new ArrayList<>();
				for (Shape shape : SHAPES) {
					rows.addAll(rows(shape, proxies, arms.measure(shape, (name, calls) -> {
						RunningProxy proxy = proxies.get(name);
						long before = (proxy != null) ? proxy.cpuNanos() : 0;
						backends.begin();
						Usage client = calls.call();
						long servers = backends.end(name, client.calls());
						return new Hop(client, servers, ((proxy != null) ? proxy.cpuNanos() : 0) - before);
					})));
				}
				return Report.of(effort.callRounds(), rows, missing).with(versions);
			}
		}
		finally {
			proxies.values().forEach(RunningProxy::close);
		}
	}

	private static Command direct(FakeKubernetes kubernetes) {
		return client("k8s:///users.shop:grpc", "kubernetes")
			.environment(Map.of("KUBECONFIG", kubernetes.kubeconfigFile("shop").toString()));
	}

	private static Command client(String target, String policy) {
		return Command.of(target, ClassPath.STARTER, ChannelWorker.class, List.of(target, policy));
	}

	private static List<Row> rows(Shape shape, Map<String, RunningProxy> proxies, Map<String, List<Hop>> hops) {
		List<Row> rows = new ArrayList<>();
		if (proxies.isEmpty()) {
			// without a rival there is still the noise to see
			rows.add(row(shape, "p50, µs", Hop::p50, TWIN, hops));
		}
		for (String proxy : proxies.keySet()) {
			rows.add(row(shape, "p50, µs", Hop::p50, proxy, hops));
			double alone = median(hops, proxy, Hop::proxyPerCall);
			rows.add(row(shape, "CPU per call, µs", Hop::cpuPerCall, proxy, hops)
				.remark("%.0f µs of it are the proxy's own".formatted(alone)));
		}
		return rows;
	}

	private static Row row(Shape shape, String figure, ToDoubleFunction<Hop> value, String rival,
			Map<String, List<Hop>> hops) {
		return Row.of(shape.title(), figure, rival, values(hops, rival, value), values(hops, DIRECT, value))
			.noise(values(hops, DIRECT, value), values(hops, TWIN, value));
	}

	private static double median(Map<String, List<Hop>> hops, String arm, ToDoubleFunction<Hop> value) {
		return Row.of("", "", arm, values(hops, arm, value), values(hops, arm, value)).rivals();
	}

	private static List<Double> values(Map<String, List<Hop>> hops, String arm, ToDoubleFunction<Hop> value) {
		List<Hop> measured = hops.getOrDefault(arm, List.of());
		if (measured.isEmpty() || measured.stream().anyMatch((hop) -> hop.client().failed() > 0)) {
			throw new IllegalStateException("Calls of " + arm + " failed: " + measured);
		}
		return measured.stream().map(value::applyAsDouble).toList();
	}

	/**
	 * What calls used on their way.
	 *
	 * @param client what the client used
	 * @param servers CPU time of the servers in nanoseconds
	 * @param proxy CPU time of the proxy in nanoseconds
	 */
	private record Hop(Usage client, long servers, long proxy) {

		double p50() {
			return this.client.p50() / 1000.0;
		}

		double cpuPerCall() {
			return (this.client.cpu() + this.servers + this.proxy) / 1000.0 / this.client.calls();
		}

		double proxyPerCall() {
			return this.proxy / 1000.0 / this.client.calls();
		}

	}

}
