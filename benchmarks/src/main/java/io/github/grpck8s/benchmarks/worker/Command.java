package io.github.grpck8s.benchmarks.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How to start a {@link Child}.
 *
 * @param name its name in messages
 * @param launcher the program {@code java}, and what starts it
 * @param options options of the JVM
 * @param classPath its class path
 * @param main its main class
 * @param arguments its arguments
 * @param environment variables beside those of this process
 */
public record Command(String name, List<String> launcher, List<String> options, String classPath, String main,
		List<String> arguments, Map<String, String> environment) {

	private static final Path TASKSET = Path.of("/usr/bin/taskset");

	/**
	 * A worker on this JDK.
	 */
	public static Command of(String name, ClassPath classPath, Class<?> main, List<String> arguments) {
		return new Command(name, List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()),
				List.of("-Xms192m", "-Xmx192m", "-XX:+UseSerialGC"), classPath.text(), main.getName(), arguments,
				Map.of());
	}

	/**
	 * With more options.
	 */
	public Command options(String... more) {
		List<String> all = new ArrayList<>(this.options);
		all.addAll(List.of(more));
		return new Command(this.name, this.launcher, all, this.classPath, this.main, this.arguments, this.environment);
	}

	/**
	 * Ready sooner and slower from then on, where nothing is measured.
	 */
	public Command hurried(boolean hurry) {
		return hurry ? options("-XX:TieredStopAtLevel=1") : this;
	}

	/**
	 * On one core, as in a pod that is limited to one: on two, where its threads meet is
	 * a matter of luck, which lasts as long as the process. Without Linux's
	 * {@code taskset} wherever the system likes.
	 */
	public Command onOneCore() {
		if (!Files.isExecutable(TASKSET)) {
			return this;
		}
		List<String> all = new ArrayList<>(
				List.of(TASKSET.toString(), "-c", Integer.toString(Runtime.getRuntime().availableProcessors() - 1)));
		all.addAll(this.launcher);
		return new Command(this.name, all, this.options, this.classPath, this.main, this.arguments, this.environment);
	}

	/**
	 * With variables.
	 */
	public Command environment(Map<String, String> variables) {
		return new Command(this.name, this.launcher, this.options, this.classPath, this.main, this.arguments,
				variables);
	}

	/**
	 * Start.
	 * @throws IOException if it cannot be started
	 */
	public Child start() throws IOException {
		List<String> command = new ArrayList<>();
		command.addAll(this.launcher);
		command.addAll(this.options);
		command.addAll(List.of("-cp", this.classPath, this.main));
		command.addAll(this.arguments);
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
		// a build that runs in a pod is still not about that pod's cluster
		builder.environment()
			.keySet()
			.removeIf((variable) -> variable.startsWith("KUBERNETES_") || variable.startsWith("GRPC_")
					|| variable.startsWith("OTEL_") || variable.equals("JAVA_TOOL_OPTIONS"));
		builder.environment().putAll(this.environment);
		return new Child(this.name, builder.start());
	}

}
