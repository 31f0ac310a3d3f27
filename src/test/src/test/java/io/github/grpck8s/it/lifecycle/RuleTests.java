package io.github.grpck8s.it.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rules of a server's life, R82 to R92: each has a test that bears its number, and
 * the pages say which tests those are.
 */
class RuleTests {

	private static final Path HOUSE = house();

	private static final Pattern TEST = Pattern.compile("\\tvoid (r(8[2-9]|9[0-2])[A-Z]\\w*)\\(");

	private static final Pattern ROW = Pattern.compile("^\\| R(\\d+) \\|.*\\| (`.*`) \\|$", Pattern.MULTILINE);

	private static final Pattern NAMED = Pattern.compile("`(\\w+)\\.(\\w+)`");

	@Test
	void everyRuleHasATestWithItsNumber() throws IOException {
		Set<Integer> proven = new TreeSet<>();
		for (String test : tests()) {
			proven.add(Integer.parseInt(test.substring(test.indexOf('.') + 2, test.indexOf('.') + 4)));
		}
		assertThat(proven).containsExactlyElementsOf(IntStream.rangeClosed(82, 92).boxed().toList());
	}

	@Test
	void thePagesNameTheTestsOfEveryRule() throws IOException {
		Set<String> named = new TreeSet<>();
		for (String page : List.of("health.md", "shutdown.md")) {
			Matcher row = ROW.matcher(Files.readString(HOUSE.resolve("docs").resolve(page)));
			while (row.find()) {
				Matcher test = NAMED.matcher(row.group(2));
				while (test.find()) {
					assertThat(test.group(2)).as("%s, R%s", page, row.group(1)).startsWith("r" + row.group(1));
					named.add(test.group(1) + "." + test.group(2));
				}
			}
		}
		assertThat(named).as("what the pages say is what there is").containsExactlyElementsOf(tests());
	}

	private static Set<String> tests() throws IOException {
		Set<String> tests = new TreeSet<>();
		for (Path file : files()) {
			Matcher test = TEST.matcher(Files.readString(file));
			while (test.find()) {
				tests.add(file.getFileName().toString().replace(".java", "") + "." + test.group(1));
			}
		}
		return tests;
	}

	private static List<Path> files() throws IOException {
		List<Path> files = new ArrayList<>();
		for (String folder : List.of("autoconfigure/src/test/java", "src/test/src/test/java")) {
			try (Stream<Path> all = Files.walk(HOUSE.resolve(folder))) {
				all.filter((file) -> file.toString().endsWith("Tests.java")).forEach(files::add);
			}
		}
		return files;
	}

	private static Path house() {
		Path folder = Path.of("").toAbsolutePath();
		while (!Files.exists(folder.resolve("docs/shutdown.md"))) {
			folder = Objects.requireNonNull(folder.getParent(), "no folder above the tests has the pages");
		}
		return folder;
	}

}
