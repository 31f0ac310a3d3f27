package io.github.grpck8s.shutdown;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The names of the meters.
 */
class DrainMeterTests {

	@Test
	void r90ThePageNamesThemAll() throws IOException {
		assertThat(Files.readString(Path.of("..", "docs", "shutdown.md"))).contains(Stream.of(DrainMeter.values())
			.map((meter) -> "| `" + meter.meterName() + "` | " + meter.description() + " |")
			.toList());
	}

}
