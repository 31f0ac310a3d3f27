package io.github.grpck8s.benchmarks.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.github.grpck8s.benchmarks.measure.Cpu;
import io.github.grpck8s.benchmarks.worker.Applications;

/**
 * A proxy that listens on 127.0.0.1 until it is closed. Not thread-safe.
 */
public final class RunningProxy implements AutoCloseable {

	private static final Duration START = Duration.ofSeconds(30);

	private static final Duration END = Duration.ofSeconds(5);

	private final int port;

	private final Process process;

	private final Path folder;

	private final Thread atExit;

	/**
	 * Of each process: nginx has a master and workers.
	 */
	private final Map<Long, Cpu> cpu = new HashMap<>();

	private RunningProxy(int port, Process process, Path folder) {
		this.port = port;
		this.process = process;
		this.folder = folder;
		// SIGTERM and not SIGKILL, after which workers without a master would stay
		this.atExit = new Thread(process::destroy);
		Runtime.getRuntime().addShutdownHook(this.atExit);
	}

	static RunningProxy start(Proxy proxy, List<Integer> servers) throws IOException {
		int port = Applications.freePort();
		Path folder = Files.createTempDirectory("benchmark-proxy");
		Path file = folder.resolve(proxy.settings());
		Files.writeString(file, filled(proxy.settings(), port, servers));
		Path log = folder.resolve("log");
		Process process = new ProcessBuilder(
				Stream.concat(Stream.of(proxy.path().toString()), proxy.arguments(file).stream()).toList())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.directory(folder.toFile())
			.start();
		RunningProxy running = new RunningProxy(port, process, folder);
		try {
			running.awaitListening(proxy, log);
			return running;
		}
		catch (IOException | RuntimeException ex) {
			running.close();
			throw ex;
		}
	}

	/**
	 * The text of a settings file.
	 * @param port where to listen
	 * @param servers the ports of the servers
	 */
	static String filled(String settings, int port, List<Integer> servers) throws IOException {
		try (InputStream resource = RunningProxy.class.getResourceAsStream("/proxy/" + settings)) {
			if (resource == null) {
				throw new IllegalStateException("Not on the class path: proxy/" + settings);
			}
			String text = new String(resource.readAllBytes(), StandardCharsets.UTF_8).replace("@port@", "" + port);
			for (int i = 0; i < servers.size(); i++) {
				text = text.replace("@server" + (i + 1) + "@", servers.get(i).toString());
			}
			return text;
		}
	}

	private void awaitListening(Proxy proxy, Path log) throws IOException {
		long until = System.nanoTime() + START.toNanos();
		while (!listens()) {
			if (!this.process.isAlive() || System.nanoTime() - until > 0) {
				throw new IllegalStateException(proxy.title() + " does not listen\n" + Files.readString(log));
			}
			LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
		}
	}

	private boolean listens() {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			return socket.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * Where it listens.
	 */
	public int port() {
		return this.port;
	}

	/**
	 * The CPU time of all its processes so far.
	 * @return nanoseconds; only the difference of two calls has a meaning
	 */
	public long cpuNanos() {
		return Stream.concat(Stream.of(this.process.toHandle()), this.process.descendants())
			.mapToLong((each) -> this.cpu.computeIfAbsent(each.pid(), Cpu::new).nanos())
			.sum();
	}

	@Override
	public void close() {
		try {
			this.process.destroy();
			if (!this.process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)) {
				this.process.descendants().forEach(ProcessHandle::destroyForcibly);
				this.process.destroyForcibly();
			}
			Runtime.getRuntime().removeShutdownHook(this.atExit);
			try (Stream<Path> files = Files.walk(this.folder)) {
				files.sorted(Comparator.reverseOrder()).forEach((file) -> file.toFile().delete());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
