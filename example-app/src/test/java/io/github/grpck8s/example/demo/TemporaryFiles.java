package io.github.grpck8s.example.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder for the output of processes, gone when it is closed.
 */
final class TemporaryFiles implements AutoCloseable {

	private final Path folder;

	TemporaryFiles() throws IOException {
		this.folder = Files.createTempDirectory("grpc-k8s-demo");
	}

	Path named(String name) {
		return this.folder.resolve(name);
	}

	@Override
	public void close() {
		try (Stream<Path> files = Files.walk(this.folder)) {
			List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
			for (Path file : deepestFirst) {
				Files.deleteIfExists(file);
			}
		}
		catch (IOException ignored) {
			// the system clears its temporary folder some day
		}
	}

}
