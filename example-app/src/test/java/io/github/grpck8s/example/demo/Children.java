package io.github.grpck8s.example.demo;

import java.io.IOException;
import java.nio.file.Path;
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

	private final Set<Process> processes = ConcurrentHashMap.newKeySet();

	private final Thread hook = new Thread(this::end, "end-children");

	Children() {
		Runtime.getRuntime().addShutdownHook(this.hook);
	}

	/**
	 * Start the example application.
	 * @param environment variables beside those of this process
	 * @param output where its output goes, or where to inherit it from
	 * @param properties its properties, {@code name=value}
	 * @return the process
	 * @throws IOException when it cannot be started
	 */
	Process start(Map<String, String> environment, ProcessBuilder.Redirect output, List<String> properties)
			throws IOException {
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

	@Override
	public void close() {
		end();
		try {
			Runtime.getRuntime().removeShutdownHook(this.hook);
		}
		catch (IllegalStateException ignored) {
			// the hook is at it already
		}
	}

	private void end() {
		this.processes.forEach(Process::destroy);
		try {
			for (Process process : this.processes) {
				if (!process.waitFor(5, TimeUnit.SECONDS)) {
					process.destroyForcibly();
				}
			}
		}
		catch (InterruptedException ex) {
			this.processes.forEach(Process::destroyForcibly);
			Thread.currentThread().interrupt();
		}
	}

}
