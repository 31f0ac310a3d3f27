package io.github.grpck8s.stack.netdevh;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.StackSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;

/**
 * What the user has set in the words of net.devh. Asked of the Environment: the stack's
 * own getters cannot tell a value that was set from a default.
 */
class NetDevhSettings implements StackSettings {

	private static final Logger logger = LoggerFactory.getLogger(NetDevhSettings.class);

	private static final String GLOBAL = "GLOBAL";

	/** Our property and its counterpart below {@code grpc.server}. */
	private static final Map<String, String> SERVER = Map.ofEntries(
			Map.entry("grpc.k8s.keepalive.server.time", "keep-alive-time"),
			Map.entry("grpc.k8s.keepalive.server.timeout", "keep-alive-timeout"),
			Map.entry("grpc.k8s.keepalive.server.permit-time", "permit-keep-alive-time"),
			Map.entry("grpc.k8s.keepalive.server.permit-without-calls", "permit-keep-alive-without-calls"),
			Map.entry("grpc.k8s.keepalive.server.max-connection-age", "max-connection-age"),
			Map.entry("grpc.k8s.keepalive.server.max-connection-age-grace", "max-connection-age-grace"),
			Map.entry("grpc.k8s.keepalive.server.max-connection-idle", "max-connection-idle"),
			Map.entry("grpc.k8s.limits.max-message-size", "max-inbound-message-size"),
			Map.entry("grpc.k8s.limits.max-metadata-size", "max-inbound-metadata-size"),
			Map.entry("grpc.k8s.shutdown.grace", "shutdown-grace-period"));

	/** Our property and its counterpart below {@code grpc.client.<name>}. */
	private static final Map<String, String> CLIENT = Map.of(//
			"grpc.k8s.keepalive.client.time", "keep-alive-time", //
			"grpc.k8s.keepalive.client.timeout", "keep-alive-timeout", //
			"grpc.k8s.keepalive.client.without-calls", "keep-alive-without-calls", //
			"grpc.k8s.limits.max-message-size", "max-inbound-message-size", //
			"grpc.k8s.limits.max-metadata-size", "max-inbound-metadata-size", //
			"grpc.k8s.balancing.policy", "default-load-balancing-policy");

	private static final Bindable<Map<String, Object>> TREE = Bindable
		.of(ResolvableType.forClassWithGenerics(Map.class, String.class, Object.class));

	private final Binder binder;

	private final Map<String, Object> server;

	private final Map<String, Object> clients;

	private final Set<String> said = ConcurrentHashMap.newKeySet();

	NetDevhSettings(Environment environment) {
		this.binder = Binder.get(environment);
		this.server = tree("grpc.server");
		this.clients = tree("grpc.client");
	}

	@Override
	public boolean keepsServer(String property) {
		String counterpart = SERVER.get(property);
		if (counterpart == null || find(this.server, counterpart) == null) {
			return false;
		}
		if (isSet(property)) {
			sayOnce(property, "grpc.server." + counterpart);
			return false;
		}
		return true;
	}

	@Override
	public boolean keepsChannel(String property, ChannelSpec channel) {
		String counterpart = CLIENT.get(property);
		String theirs = (counterpart != null) ? whereSet(counterpart, channel) : null;
		if (theirs == null) {
			return false;
		}
		String ours = whereOursIsSet(property, channel);
		if (ours != null) {
			sayOnce(ours, theirs);
			return false;
		}
		return true;
	}

	private @Nullable String whereSet(String counterpart, ChannelSpec channel) {
		for (String name : new String[] { channel.name(), GLOBAL }) {
			if (this.clients.get(name) instanceof Map<?, ?> settings && find(settings, counterpart) != null) {
				return "grpc.client." + name + "." + counterpart;
			}
		}
		return null;
	}

	// grpc.k8s.keepalive.client.time is grpc.k8s.keepalive.channels.users.time for one
	private @Nullable String whereOursIsSet(String property, ChannelSpec channel) {
		String room = property.substring(0, property.indexOf('.', "grpc.k8s.".length()));
		String setting = property.substring(property.lastIndexOf('.') + 1);
		if (tree(room + ".channels").get(channel.name()) instanceof Map<?, ?> settings
				&& find(settings, setting) != null) {
			return room + ".channels." + channel.name() + "." + setting;
		}
		return isSet(property) ? property : null;
	}

	private boolean isSet(String property) {
		int dot = property.lastIndexOf('.');
		return find(tree(property.substring(0, dot)), property.substring(dot + 1)) != null;
	}

	private void sayOnce(String ours, String theirs) {
		if (this.said.add(ours)) {
			logger.info("Both '{}' and '{}' are set: the former is used", ours, theirs);
		}
	}

	private Map<String, Object> tree(String prefix) {
		Map<String, Object> tree = this.binder.bind(prefix, TREE).orElse(null);
		return (tree != null) ? tree : Map.of();
	}

	// names of channels may hold letters that no canonical name has
	private static String prefix(String property) {
		int channels = property.indexOf(".channels.");
		if (channels < 0) {
			return property;
		}
		int name = channels + ".channels.".length();
		return property.substring(0, name - 1) + "[" + property.substring(name) + "]";
	}

	// keys are as the user wrote them: keep-alive-time, keepAliveTime, keepalivetime
	private static @Nullable Object find(Map<?, ?> settings, String name) {
		Object exact = settings.get(name);
		if (exact != null) {
			return exact;
		}
		String wanted = uniform(name);
		for (Map.Entry<?, ?> entry : settings.entrySet()) {
			if (uniform(String.valueOf(entry.getKey())).equals(wanted)) {
				return entry.getValue();
			}
		}
		return null;
	}

	private static String uniform(String name) {
		return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
	}

}
