package io.github.grpck8s.it.chart;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which metrics and labels an expression of Prometheus names. Reads what people write,
 * not all that its grammar allows: a brace within a string is beyond it.
 *
 * @param metrics the labels that are asked for, by the metric
 * @param grouping the labels of {@code by} and {@code on}
 */
record PromQl(Map<String, Set<String>> metrics, Set<String> grouping) {

	private static final Pattern SELECTOR = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)?\\s*\\{([^}]*)}");

	private static final Pattern MATCHER = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)\\s*(?:=~|!~|!=|=)\\s*\"[^\"]*\"");

	private static final Pattern GROUPING = Pattern
		.compile("\\b(?:by|on|without|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");

	private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");

	/** A function is followed by its parentheses or by its grouping. */
	private static final Pattern NAME = Pattern.compile("(?<![$\\w:])([a-zA-Z_:][a-zA-Z0-9_:]*)(?!\\s*\\(|[\\w:])");

	private static final Set<String> WORDS = Set.of("and", "or", "unless", "offset", "sum", "avg", "max", "min",
			"count", "bool");

	static PromQl of(String expression) {
		Map<String, Set<String>> metrics = new LinkedHashMap<>();
		Matcher selectors = SELECTOR.matcher(expression);
		while (selectors.find()) {
			String name = Objects.requireNonNull(selectors.group(1), () -> "a selector without a name: " + expression);
			Set<String> labels = metrics.computeIfAbsent(name, (key) -> new TreeSet<>());
			MATCHER.matcher(Objects.requireNonNull(selectors.group(2)))
				.results()
				.forEach((matcher) -> labels.add(matcher.group(1)));
		}
		String rest = RANGE.matcher(SELECTOR.matcher(expression).replaceAll(" ")).replaceAll(" ");
		Set<String> grouping = new LinkedHashSet<>();
		GROUPING.matcher(rest)
			.results()
			.flatMap((list) -> Arrays.stream(list.group(1).split(",")))
			.map(String::strip)
			.filter((label) -> !label.isEmpty())
			.forEach(grouping::add);
		NAME.matcher(GROUPING.matcher(rest).replaceAll(" ")).results().map((name) -> name.group(1)).forEach((name) -> {
			if (!WORDS.contains(name) && !name.matches("\\d.*|[smhd]")) {
				metrics.computeIfAbsent(name, (key) -> new TreeSet<>());
			}
		});
		return new PromQl(metrics, grouping);
	}

}
