package io.github.grpck8s.stack.netdevh;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The setting of net.devh that does what one of ours does.
 *
 * @param name the name below {@code grpc.server} or {@code grpc.client.<name>}
 * @param defaultValue what the stack takes where the user says nothing, {@code null} for
 * nothing
 * @param enabledBy the setting without which it has no effect, {@code null} for none
 */
record Counterpart(String name, @Nullable String defaultValue, @Nullable String enabledBy) {

	/** Our property and its counterpart for servers. */
	static final Map<String, Counterpart> SERVER = Map.ofEntries(
			Map.entry("grpc.k8s.keepalive.server.time", ping("keep-alive-time", "2h")),
			Map.entry("grpc.k8s.keepalive.server.timeout", ping("keep-alive-timeout", "20s")),
			Map.entry("grpc.k8s.keepalive.server.permit-time", always("permit-keep-alive-time", "5m")),
			Map.entry("grpc.k8s.keepalive.server.permit-without-calls",
					always("permit-keep-alive-without-calls", "false")),
			Map.entry("grpc.k8s.keepalive.server.max-connection-age", always("max-connection-age", null)),
			Map.entry("grpc.k8s.keepalive.server.max-connection-age-grace", always("max-connection-age-grace", null)),
			Map.entry("grpc.k8s.keepalive.server.max-connection-idle", always("max-connection-idle", null)),
			Map.entry("grpc.k8s.limits.max-message-size", always("max-inbound-message-size", null)),
			Map.entry("grpc.k8s.limits.max-metadata-size", always("max-inbound-metadata-size", null)),
			Map.entry("grpc.k8s.health.enabled", always("health-service-enabled", "true")),
			Map.entry("grpc.k8s.shutdown.grace", always("shutdown-grace-period", "30s")));

	/** Where its server listens: we have no word for it. */
	static final Counterpart PORT = always("port", "9090");

	/** Our property and its counterpart for channels. */
	static final Map<String, Counterpart> CLIENT = Map.of(//
			"grpc.k8s.keepalive.client.time", ping("keep-alive-time", "5m"), //
			"grpc.k8s.keepalive.client.timeout", ping("keep-alive-timeout", "20s"), //
			"grpc.k8s.keepalive.client.without-calls", ping("keep-alive-without-calls", "false"), //
			"grpc.k8s.limits.max-message-size", always("max-inbound-message-size", null), //
			"grpc.k8s.limits.max-metadata-size", always("max-inbound-metadata-size", null), //
			"grpc.k8s.balancing.policy", always("default-load-balancing-policy", "round_robin"));

	private static Counterpart always(String name, @Nullable String defaultValue) {
		return new Counterpart(name, defaultValue, null);
	}

	private static Counterpart ping(String name, String defaultValue) {
		return new Counterpart(name, defaultValue, "enable-keep-alive");
	}

}
