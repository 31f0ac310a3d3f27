package io.github.grpck8s.benchmarks.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.sun.management.OperatingSystemMXBean;

/**
 * Counts the CPU time of a process: all its threads, the JVM's own included. The kernel
 * tells it in nanoseconds for each thread; where it does not, the JVM tells it in steps
 * of 10 ms, and only of itself. Not thread-safe.
 */
public final class Cpu {

	private final Path tasks;

	/**
	 * The most that was seen of each thread, also of those that ended.
	 */
	private final Map<String, Long> seen = new HashMap<>();

	/**
	 * Of a process.
	 * @param process its id
	 */
	public Cpu(long process) {
		this.tasks = Path.of("/proc", String.valueOf(process), "task");
	}

	/**
	 * Of this process.
	 */
	public static Cpu own() {
		return new Cpu(ProcessHandle.current().pid());
	}

	/**
	 * The CPU time so far.
	 * @return nanoseconds; only the difference of two calls has a meaning
	 */
	public long nanos() {
		if (!Files.isReadable(this.tasks)) {
			return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
		}
		for (Path task : tasks()) {
			try {
				String stat = Files.readString(task.resolve("schedstat"));
				this.seen.merge(task.getFileName().toString(), Long.parseLong(stat.substring(0, stat.indexOf(' '))),
						Math::max);
			}
			catch (IOException ignored) {
				// it has ended meanwhile
			}
		}
		return this.seen.values().stream().mapToLong(Long::longValue).sum();
	}

	private List<Path> tasks() {
		try (Stream<Path> threads = Files.list(this.tasks)) {
			return threads.toList();
		}
		catch (NoSuchFileException ex) {
			return List.of();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
