package io.github.grpck8s.health.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.StackSettings.Setting;

import org.springframework.core.env.Environment;

/**
 * Stops the application when the port for probes is set to that of another of its
 * servers. Whichever of the two came second would only say that the address is in use.
 */
final class PortOfItsOwn {

	private static final List<String> WEB = List.of("server.port", "management.server.port");

	private PortOfItsOwn() {
	}

	static void check(int port, Environment environment, StackSettings stack) {
		List<Setting<Integer>> others = new ArrayList<>();
		Setting<Integer> main = stack.serverPort();
		if (main != null) {
			others.add(main);
		}
		if (!"none".equalsIgnoreCase(environment.getProperty("spring.main.web-application-type"))) {
			for (String property : WEB) {
				Integer web = environment.getProperty(property, Integer.class);
				if (web != null) {
					others.add(new Setting<>(property, web));
				}
			}
		}
		for (Setting<Integer> other : others) {
			if (other.value() == port) {
				throw new InvalidSettingException("grpc.k8s.health.port", port,
						"must be a port of its own and not that of '" + other.property() + "'",
						"Choose another port for the probes, or leave it out to have them ask the main server.");
			}
		}
	}

}
