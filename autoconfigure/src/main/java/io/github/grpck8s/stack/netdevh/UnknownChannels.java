package io.github.grpck8s.stack.netdevh;

import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

/**
 * Says once, when the application is ready, which settings are for channels that there
 * are not: a slip of the pen in a name would have no effect in silence.
 */
class UnknownChannels implements ApplicationListener<ApplicationReadyEvent> {

	private static final Logger logger = LoggerFactory.getLogger(UnknownChannels.class);

	private static final String PREFIX = "grpc.k8s";

	private final Environment environment;

	private final NetDevhChannels channels;

	private final AtomicBoolean said = new AtomicBoolean();

	UnknownChannels(Environment environment, NetDevhChannels channels) {
		this.environment = environment;
		this.channels = channels;
	}

	// a child context's readiness is told to its parent too
	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		if (this.said.compareAndSet(false, true)) {
			Set<String> known = this.channels.names();
			SettingsTree rooms = SettingsTree.of(Binder.get(this.environment), PREFIX);
			rooms.names().forEach((room) -> warn(room, rooms.branch(room).branch("channels").names(), known));
		}
	}

	private static void warn(String room, Set<String> names, Set<String> known) {
		names.stream()
			.filter((name) -> !known.contains(name))
			.forEach((name) -> logger.warn(
					"'{}.{}.channels.{}' has had no effect: no channel has this name. Known channels: {}", PREFIX, room,
					name, known));
	}

}
