package io.github.grpck8s.stack.netdevh;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.ResolvableType;

/**
 * What the user has written below a prefix. Read as a tree, in which names of channels
 * keep their capital letters and keys are as they were written ({@code keep-alive-time},
 * {@code keepAliveTime}); what the tree does not know is asked of the binder by its name,
 * because the variable {@code GRPC_SERVER_KEEP_ALIVE_TIME} is {@code keep.alive.time} in
 * a tree.
 *
 * @param binder looks a single name up
 * @param prefix full name of the place, without a dot at its end
 * @param values the values, a branch is again a map
 */
record SettingsTree(Binder binder, String prefix, Map<?, ?> values) {

	private static final Bindable<Map<String, Object>> MAP = Bindable
		.of(ResolvableType.forClassWithGenerics(Map.class, String.class, Object.class));

	static SettingsTree of(Binder binder, String prefix) {
		Map<String, Object> values = binder.bind(prefix, MAP).orElse(null);
		return new SettingsTree(binder, prefix, (values != null) ? values : Map.of());
	}

	SettingsTree branch(String name) {
		Map<?, ?> branch = (this.values.get(name) instanceof Map<?, ?> map) ? map : Map.of();
		return new SettingsTree(this.binder, this.prefix + "." + name, branch);
	}

	Set<String> names() {
		return this.values.keySet().stream().map(String::valueOf).collect(Collectors.toCollection(TreeSet::new));
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
		return ask(this.prefix + "." + name);
	}

	private @Nullable Object ask(String name) {
		return ConfigurationPropertyName.isValid(name) ? this.binder.bind(name, String.class).orElse(null) : null;
	}

	boolean has(String name) {
		return find(name) != null;
	}

	private static String uniform(String name) {
		return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
	}

}
