package io.github.grpck8s;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every rule of discovery and balancing has a test with its number in its name:
 * {@code r14ToR16_everyCombinationOfConditions} is one of rules 14, 15 and 16.
 */
class RuleNumbersTests {

	private static final Pattern TEST = Pattern.compile("\\s+void r(\\d+)(?:To[rR](\\d+)|And[rR](\\d+))?_?[A-Za-z]");

	private static final Pattern RULE = Pattern.compile("\\bR(\\d+)(?:\\s*(?:–|to)\\s*R(\\d+))?");

	@Test
	void everyRuleHasATest() throws IOException {
		Set<Integer> rules = IntStream.concat(IntStream.rangeClosed(1, 64), IntStream.of(70, 72, 73, 74))
			.boxed()
			.collect(toCollection(TreeSet::new));
		Set<Integer> tested = numbers(sources(), TEST);
		assertThat(tested).containsAll(rules);
	}

	@Test
	void everyRuleThatTheDocumentationNamesHasATest() throws IOException {
		Set<Integer> named = numbers(Stream.of("discovery.md", "balancing.md").map(Path.of("../docs")::resolve), RULE);
		assertThat(named).hasSizeGreaterThan(50);
		assertThat(numbers(sources(), TEST)).containsAll(named);
	}

	@Test
	void everyRuleIsInTheDocumentation() throws IOException {
		Set<Integer> named = numbers(Stream.of("discovery.md", "balancing.md").map(Path.of("../docs")::resolve), RULE);
		assertThat(named).containsAll(IntStream.rangeClosed(1, 64).boxed().toList());
	}

	private static Stream<Path> sources() throws IOException {
		return Files.walk(Path.of("src/test/java")).filter((file) -> file.toString().endsWith("Tests.java"));
	}

	private static Set<Integer> numbers(Stream<Path> files, Pattern pattern) throws IOException {
		Set<Integer> numbers = new TreeSet<>();
		try (files) {
			for (Path file : files.toList()) {
				Matcher matcher = pattern.matcher(Files.readString(file));
				while (matcher.find()) {
					int first = Integer.parseInt(matcher.group(1));
					int last = (matcher.group(2) != null) ? Integer.parseInt(matcher.group(2)) : first;
					IntStream.rangeClosed(first, last).forEach(numbers::add);
					if (matcher.groupCount() > 2 && matcher.group(3) != null) {
						numbers.add(Integer.parseInt(matcher.group(3)));
					}
				}
			}
		}
		return numbers;
	}

}
