package io.github.grpck8s.it.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the tests measured: in the log, and all together in
 * {@code target/cluster-figures.txt}.
 */
public final class Figures {

	private static final Logger logger = LoggerFactory.getLogger(Figures.class);

	private static final Path FILE = Path.of("target", "cluster-figures.txt");

	private Figures() {
	}

	public static void print(String format, Object... values) {
		String figure = String.format(Locale.ROOT, format, values);
		logger.info("MEASURED {}", figure);
		try {
			Files.createDirectories(FILE.toAbsolutePath().getParent());
			Files.writeString(FILE, figure + System.lineSeparator(), StandardOpenOption.CREATE,
					StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
