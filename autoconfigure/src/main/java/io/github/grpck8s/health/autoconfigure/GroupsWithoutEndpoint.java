package io.github.grpck8s.health.autoconfigure;

import java.util.Map;
import java.util.TreeSet;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Warns of health groups that are set and have no effect, because there is no health
 * endpoint that could make anything of them.
 */
final class GroupsWithoutEndpoint {

	private static final Logger logger = LoggerFactory.getLogger(GroupsWithoutEndpoint.class);

	private static final String GROUPS = "management.endpoint.health.group";

	private GroupsWithoutEndpoint() {
	}

	static void warn(Environment environment) {
		Map<String, Object> groups = Binder.get(environment)
			.bind(GROUPS, Bindable.mapOf(String.class, Object.class))
			.orElse(null);
		if (groups != null && !groups.isEmpty()) {
			logger.warn("Health groups {} are set ({}) and have no effect: there is no health endpoint, so gRPC health"
					+ " knows the application's availability only. Add spring-boot-starter-actuator and do not set"
					+ " management.endpoint.health.access=none; the endpoint need not be exposed over HTTP",
					new TreeSet<>(groups.keySet()), GROUPS);
		}
	}

}
