package io.github.grpck8s.stack.netdevh;

import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.ResolvableType;

/**
 * What the user has written below a prefix, with the keys as they were written:
 * {@code keep-alive-time}, {@code keepAliveTime} or, from an environment variable,
 * {@code keepalivetime}. Names of channels keep their capital letters.
 *
 * @param values the values, a branch is again a map
 */
record SettingsTree(Map<?, ?> values) {

	private static final Bindable<Map<String, Object>> MAP = Bindable
		.of(ResolvableType.forClassWithGenerics(Map.class, String.class, Object.class));

	private static final SettingsTree EMPTY = new SettingsTree(Map.of());

	static SettingsTree of(Binder binder, String prefix) {
		Map<String, Object> values = binder.bind(prefix, MAP).orElse(null);
		return (values != null) ? new SettingsTree(values) : EMPTY;
	}

	SettingsTree branch(String name) {
		return (this.values.get(name) instanceof Map<?, ?> branch) ? new SettingsTree(branch) : EMPTY;
	}

	@Nullable Object find(String name) {
		Object exact = this.values.get(name);
		if (exact != null) {
			return exact;
		}
		String wanted = uniform(name);
		for (Map.Entry<?, ?> entry : this.values.entrySet()) {
			if (uniform(String.valueOf(entry.getKey())).equals(wanted)) {
				return entry.getValue();
			}
		}
		return null;
	}

	boolean has(String name) {
		return find(name) != null;
	}

	private static String uniform(String name) {
		return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
	}

}
