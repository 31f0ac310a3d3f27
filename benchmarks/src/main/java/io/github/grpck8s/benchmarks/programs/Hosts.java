package io.github.grpck8s.benchmarks.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Collectors;

import io.github.grpck8s.benchmarks.worker.Command;
import io.github.grpck8s.benchmarks.worker.NamedPod;

/**
 * DNS as good as it can be: a file that a JVM reads in place of asking a server.
 */
final class Hosts {

	private Hosts() {
	}

	/**
	 * Write the addresses of a name, at once as a whole.
	 */
	static void write(Path file, String name, List<NamedPod> pods) {
		addresses(file, name, pods.stream().map(NamedPod::address).toList());
	}

	/**
	 * Write the addresses of a name, at once as a whole.
	 */
	static void addresses(Path file, String name, List<String> addresses) {
		try {
			Path young = Files.writeString(Path.of(file + ".new"),
					addresses.stream().map((address) -> address + " " + name + "\n").collect(Collectors.joining()));
			Files.move(young, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Let a JVM read it. Its cache and grpc-java's are the same setting by two names.
	 */
	static Command options(Command command, Path file, int cacheSeconds) {
		return command.options("-Djdk.net.hosts.file=" + file, "-Dsun.net.inetaddr.ttl=" + cacheSeconds,
				"-Dnetworkaddress.cache.ttl=" + cacheSeconds);
	}

}
