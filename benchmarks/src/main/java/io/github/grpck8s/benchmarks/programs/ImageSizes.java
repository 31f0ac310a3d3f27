package io.github.grpck8s.benchmarks.programs;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.grpck8s.benchmarks.report.Row;

/**
 * The size of the example's image as the project's Dockerfile makes it in stages, and as
 * it would be if it ended where it is built. Both stand on the same JDK.
 */
final class ImageSizes {

	private static final Path SCRIPT = Path.of("../src/test/cluster/images.sh");

	private ImageSizes() {
	}

	/**
	 * Build both, or say what that takes.
	 * @param missing takes what is not there
	 */
	static List<Row> measure(List<String> missing) throws Exception {
		if (!Files.isExecutable(SCRIPT) || !buildable()) {
			missing.add("image sizes were not measured, building them takes root and buildah: apt-get install buildah");
			return List.of();
		}
		Process process = new ProcessBuilder(SCRIPT.toString(), "sizes").redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (process.waitFor() != 0) {
			missing.add("image sizes were not measured, building them failed: " + SCRIPT.normalize() + " sizes");
			return List.of();
		}
		Map<String, Double> megabytes = new HashMap<>();
		text.lines()
			.map((line) -> line.split(" "))
			.forEach((words) -> megabytes.put(words[0], Math.rint(Long.parseLong(words[1]) / 1e6)));
		return List.of(Row
			.exact("the example's image, in stages", "size, MB", "one stage", megabytes.getOrDefault("one-stage", 0.0),
					megabytes.getOrDefault("stages", 0.0))
			.remark("both on this machine's whole JDK; without the Maven repository that one stage would hold as well"));
	}

	private static boolean buildable() throws Exception {
		return new ProcessBuilder("sh", "-c", "[ \"$(id -u)\" = 0 ] && command -v buildah").redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start()
			.waitFor() == 0;
	}

}
