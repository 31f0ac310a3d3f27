package io.github.grpck8s.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * The selectors {@code key=value}, {@code key==value}, {@code key!=value}, {@code key}
 * and {@code !key}, joined by commas. Sets ({@code in}, {@code notin}) are refused.
 */
final class LabelSelector implements Predicate<Map<String, String>> {

	private final List<Predicate<Map<String, String>>> terms = new ArrayList<>();

	private LabelSelector() {
	}

	/**
	 * Read a selector.
	 * @param text the query parameter, {@code null} selects everything
	 * @return the selector
	 * @throws IllegalArgumentException when it is none of those above
	 */
	static LabelSelector parse(@Nullable String text) {
		LabelSelector selector = new LabelSelector();
		if (text != null && !text.isBlank()) {
			for (String term : text.split(",")) {
				selector.terms.add(term(term.trim()));
			}
		}
		return selector;
	}

	private static Predicate<Map<String, String>> term(String term) {
		if (term.contains("(") || term.contains(")")) {
			throw new IllegalArgumentException("unable to parse requirement: this fake knows no sets: " + term);
		}
		String[] parts = term.split("!=|==|=", 2);
		String key = parts[0].trim();
		if (parts.length == 1) {
			return key.startsWith("!") ? (labels) -> !labels.containsKey(key.substring(1))
					: (labels) -> labels.containsKey(key);
		}
		String value = parts[1].trim();
		boolean wanted = !term.contains("!=");
		return (labels) -> value.equals(labels.get(key)) == wanted;
	}

	boolean isEverything() {
		return this.terms.isEmpty();
	}

	@Override
	public boolean test(Map<String, String> labels) {
		return this.terms.stream().allMatch((term) -> term.test(labels));
	}

}
