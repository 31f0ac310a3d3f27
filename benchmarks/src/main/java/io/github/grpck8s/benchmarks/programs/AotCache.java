package io.github.grpck8s.benchmarks.programs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.github.grpck8s.benchmarks.worker.Child;
import io.github.grpck8s.benchmarks.worker.Command;
import io.github.grpck8s.benchmarks.worker.ClassPath;
import io.github.grpck8s.benchmarks.worker.Shape;
import org.jspecify.annotations.Nullable;

/**
 * An AOT cache of our starter (JEP 483, 514 and 515): classes that are loaded and linked,
 * and profiles, as a training run left them.
 */
final class AotCache {

	private static final int FEATURE = 25;

	private static final int TRAINING_CALLS = 200;

	private static final Duration LIMIT = Duration.ofMinutes(3);

	private final Path java;

	private final String jars;

	private final Path file;

	private AotCache(Path java, String jars, Path file) {
		this.java = java;
		this.jars = jars;
		this.file = file;
	}

	/**
	 * Find what it takes.
	 * @param jdk the folder of a JDK 25, or an empty text for the one that runs this
	 * @param missing takes what is not there
	 * @return {@code null} where something is missing
	 */
	static @Nullable AotCache find(String jdk, List<String> missing) throws IOException {
		Path java = Path.of(jdk.isEmpty() ? System.getProperty("java.home") : jdk, "bin", "java");
		if (jdk.isEmpty() && Runtime.version().feature() < FEATURE || !Files.isExecutable(java)) {
			missing.add("an AOT cache was not measured, it takes a JDK 25: -Djdk25=FOLDER");
			return null;
		}
		String jars = ClassPath.STARTER.jarsOnly();
		if (jars.isEmpty()) {
			missing.add("an AOT cache was not measured, it takes jars: ./mvnw -Pbench -pl benchmarks -am verify");
			return null;
		}
		Path file = Child.temporary("benchmark", ".aot");
		Files.delete(file);
		return new AotCache(java, jars, file);
	}

	/**
	 * The same application on the same JDK from the same jars, without the cache.
	 */
	Command without(Command command) {
		return new Command(command.name(), List.of(this.java.toString()), command.options(), this.jars, command.main(),
				command.arguments(), command.environment());
	}

	/**
	 * With the cache; a JVM that cannot use it does not start, so no figure is of one
	 * that went without.
	 */
	Command with(Command command) {
		return without(command).options("-XX:AOTCache=" + this.file, "-XX:AOTMode=on");
	}

	/**
	 * Make the cache: the application starts, is called, calls and ends as in a cluster,
	 * by SIGTERM.
	 */
	void train(Command application) throws Exception {
		Command training = without(application).options("-XX:AOTCacheOutput=" + this.file);
		try (Child child = training.start()) {
			FirstAnswer.await(training, child);
			child.await(LIMIT);
			child.calls(Shape.UNARY, TRAINING_CALLS);
			child.terminate();
			child.awaitEnd(LIMIT);
			if (!Files.exists(this.file)) {
				throw new IllegalStateException("The training run left no AOT cache\n" + child.log());
			}
		}
	}

	long megabytes() throws IOException {
		return Files.size(this.file) >> 20;
	}

}
