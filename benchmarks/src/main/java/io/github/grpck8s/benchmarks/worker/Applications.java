package io.github.grpck8s.benchmarks.worker;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * The applications that are compared, server and client in one process each.
 */
public final class Applications {

	private static final List<String> QUIET = List.of("--spring.main.banner-mode=off", "--logging.level.root=warn",
			"--spring.main.web-application-type=none", "--spring.config.name=none",
			"--spring.application.name=benchmark");

	private static final String DEFAULTS = "io/github/grpck8s/defaults/autoconfigure/defaults.properties";

	private Applications() {
	}

	/**
	 * grpc-java.
	 */
	public static Command bare(String name) {
		return Command.of(name, ClassPath.BARE, BareWorker.class, List.of());
	}

	/**
	 * grpc-java with OpenTelemetry's library, 1 % sampled.
	 */
	public static Command library() {
		return Command.of("library", ClassPath.BARE, BareWorker.class, List.of("library"));
	}

	/**
	 * grpc-java with OpenTelemetry's agent, 1 % sampled, nothing exported.
	 */
	public static Command agent() {
		return Command.of("agent", ClassPath.BARE, BareWorker.class, List.of())
			.options("-javaagent:" + ClassPath.find("opentelemetry-javaagent"),
					"-Dotel.traces.sampler=parentbased_traceidratio", "-Dotel.traces.sampler.arg=0.01",
					"-Dotel.traces.exporter=none", "-Dotel.metrics.exporter=none", "-Dotel.logs.exporter=none");
	}

	/**
	 * net.devh's starters.
	 * @throws IOException if there is no free port
	 */
	public static Command netDevh() throws IOException {
		int port = freePort();
		return Command.of("net.devh", ClassPath.NET_DEVH, NetDevhWorker.class,
				spring("grpc.server.address=127.0.0.1", "grpc.server.port=" + port,
						"grpc.client.users.address=static://127.0.0.1:" + port,
						"grpc.client.users.negotiation-type=plaintext"));
	}

	/**
	 * Boot's own gRPC.
	 * @throws IOException if there is no free port
	 */
	public static Command boot() throws IOException {
		int port = freePort();
		return Command.of("boot", ClassPath.BOOT, BootWorker.class,
				spring("spring.grpc.server.address=127.0.0.1", "spring.grpc.server.port=" + port,
						"spring.grpc.client.channel.users.target=static://127.0.0.1:" + port));
	}

	/**
	 * Our starter, calling itself through {@code k8s:///}.
	 * @param name what to call it
	 * @param properties properties that differ from the defaults
	 * @throws IOException if there is no free port
	 */
	public static Command starter(String name, String... properties) throws IOException {
		return starter(name, true, properties);
	}

	/**
	 * Our starter, calling itself.
	 * @param name what to call it
	 * @param discovered whether through {@code k8s:///}, or by address as net.devh's
	 * alone
	 * @param properties properties that differ from the defaults
	 * @throws IOException if there is no free port
	 */
	public static Command starter(String name, boolean discovered, String... properties) throws IOException {
		int port = freePort();
		List<String> all = new ArrayList<>(spring("grpc.server.address=127.0.0.1", "grpc.server.port=" + port,
				"grpc.client.users.address=" + (discovered ? "k8s:///users.shop:grpc" : "static://127.0.0.1:" + port),
				"grpc.client.users.negotiation-type=plaintext", "grpc.k8s.discovery.static.users=127.0.0.1:" + port));
		for (String property : properties) {
			all.add("--" + property);
		}
		return Command.of(name, ClassPath.STARTER, NetDevhWorker.class, all);
	}

	/**
	 * A server alone, which answers with its name.
	 * @param classPath our starter's or net.devh's
	 * @param pod its name
	 * @param address the IP address to listen on
	 * @param port the port to listen on
	 * @param delay how long to drain, where it can
	 */
	public static Command server(ClassPath classPath, String pod, String address, int port, Duration delay) {
		List<String> properties = new ArrayList<>(spring("benchmark.pod=" + pod, "grpc.server.address=" + address,
				"grpc.server.port=" + port, "grpc.client.users.address=static://127.0.0.1:1"));
		if (classPath == ClassPath.STARTER) {
			properties.add("--grpc.k8s.shutdown.delay=" + delay.toMillis() + "ms");
		}
		return Command.of(pod, classPath, NetDevhWorker.class, properties).options("-XX:TieredStopAtLevel=1");
	}

	/**
	 * A client alone.
	 * @param environment where the cluster is
	 */
	public static Command client(ClassPath classPath, String target, Map<String, String> environment,
			String... properties) {
		List<String> all = new ArrayList<>(spring("grpc.server.port=-1", "grpc.client.users.address=" + target,
				"grpc.client.users.negotiation-type=plaintext"));
		for (String property : properties) {
			all.add("--" + property);
		}
		return Command.of(target, classPath, NetDevhWorker.class, all).environment(environment);
	}

	/**
	 * A grpc-java client of {@code dns:///}.
	 */
	public static Command dnsClient(String host, int port) {
		return Command.of("dns", ClassPath.BARE, DnsWorker.class, List.of("dns:///" + host + ":" + port));
	}

	/**
	 * A client of {@code discovery:///} as the guide of spring-cloud-kubernetes shows it,
	 * with the scheduling that its watch needs and without what asks for this pod.
	 */
	public static Command discoveryClient(String service, Path kubeconfig) {
		return client(ClassPath.STARTER_WITHOUT_OURS, "discovery:///" + service,
				Map.of("KUBECONFIG", kubeconfig.toString()), "spring.main.cloud-platform=kubernetes",
				"benchmark.scheduling=true", "management.health.kubernetes.enabled=false",
				"management.info.kubernetes.enabled=false", "otel.sdk.disabled=true");
	}

	/**
	 * All that our starter brings, without our jar.
	 * @param quiet whether with those defaults of ours, set by hand, that are in the
	 * words of other libraries
	 * @throws IOException if there is no free port
	 */
	public static Command withoutOurs(boolean quiet) throws IOException {
		int port = freePort();
		List<String> all = new ArrayList<>(spring("grpc.server.address=127.0.0.1", "grpc.server.port=" + port,
				"grpc.client.users.address=static://127.0.0.1:" + port,
				"grpc.client.users.negotiation-type=plaintext"));
		if (quiet) {
			defaults().forEach((name, value) -> all.add("--" + name + "=" + value));
		}
		return Command.of("without ours", ClassPath.STARTER_WITHOUT_OURS, NetDevhWorker.class, all);
	}

	private static Properties defaults() throws IOException {
		Properties defaults = new Properties();
		try (InputStream file = ClassLoader.getSystemResourceAsStream(DEFAULTS)) {
			if (file == null) {
				throw new IllegalStateException("Not on the class path: " + DEFAULTS);
			}
			defaults.load(file);
		}
		// ours is there only where metrics are exported
		defaults.remove("otel.instrumentation.micrometer.enabled");
		return defaults;
	}

	/**
	 * Arguments of a Spring application.
	 */
	public static List<String> spring(String... properties) {
		List<String> all = new ArrayList<>(QUIET);
		for (String property : properties) {
			all.add("--" + property);
		}
		return all;
	}

	/**
	 * A port that is free now.
	 * @throws IOException if there is none
	 */
	public static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

}
