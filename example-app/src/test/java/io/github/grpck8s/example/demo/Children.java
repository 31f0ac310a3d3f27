package io.github.grpck8s.example.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The processes of the demo. None outlives it, however it ends.
 */
final class Children implements AutoCloseable {

	private static final String APPLICATION = "io.github.grpck8s.example.ExampleApplication";

	private static final Duration END = Duration.ofSeconds(5);

	private final Set<Process> processes = ConcurrentHashMap.newKeySet();

	private volatile boolean ending;

	/**
	 * Start the example application.
	 * @param environment variables beside those of this process
	 * @param output where its output goes, or where to inherit it from
	 * @param properties its properties, {@code name=value}
	 * @return the process
	 * @throws IOException when it cannot be started
	 */
	synchronized Process start(Map<String, String> environment, ProcessBuilder.Redirect output, List<String> properties)
			throws IOException {
		if (this.ending) {
			throw new DemoFailedException("interrupted");
		}
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		// several JVMs start at once, perhaps on two cores: what starts fast is enough
		command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
				System.getProperty("java.class.path"), APPLICATION, "--spring.main.banner-mode=off",
				"--logging.level.root=warn", "--spring.main.web-application-type=none"));
		properties.forEach((property) -> command.add("--" + property));
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output);
		// a demo that runs in a pod is still not about that pod's cluster
		builder.environment().keySet().removeIf((name) -> name.startsWith("KUBERNETES_"));
		builder.environment().putAll(environment);
		Process process = builder.start();
		this.processes.add(process);
		return process;
	}

	boolean areEnding() {
		return this.ending;
	}

	/**
	 * End all at once: in order where that takes less than 5 s, then at any rate.
	 */
	@Override
	public void close() {
		synchronized (this) {
			// from here on none is started
			this.ending = true;
		}
		this.processes.forEach(Process::destroy);
		long end = System.nanoTime() + END.toNanos();
		try {
			for (Process process : this.processes) {
				if (!process.waitFor(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
					process.destroyForcibly().waitFor();
				}
			}
		}
		catch (InterruptedException ex) {
			this.processes.forEach(Process::destroyForcibly);
			Thread.currentThread().interrupt();
		}
	}

}
