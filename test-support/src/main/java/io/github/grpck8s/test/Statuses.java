package io.github.grpck8s.test;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The Status objects with which the API says what is wrong.
 */
final class Statuses {

	private Statuses() {
	}

	static String json(int code, String reason, String message, @Nullable Map<String, ?> details) {
		Map<String, Object> status = new LinkedHashMap<>();
		status.put("kind", "Status");
		status.put("apiVersion", "v1");
		status.put("metadata", Map.of());
		status.put("status", "Failure");
		status.put("message", message);
		status.put("reason", reason);
		if (details != null) {
			status.put("details", details);
		}
		status.put("code", code);
		return Json.write(status);
	}

	static String forbidden(String namespace, boolean watch) {
		return json(403, "Forbidden",
				"endpointslices.discovery.k8s.io is forbidden: User \"system:serviceaccount:" + namespace
						+ ":default\" cannot " + (watch ? "watch" : "list")
						+ " resource \"endpointslices\" in API group \"discovery.k8s.io\" in the namespace \""
						+ namespace + "\"",
				Map.of("group", "discovery.k8s.io", "kind", "endpointslices"));
	}

}
