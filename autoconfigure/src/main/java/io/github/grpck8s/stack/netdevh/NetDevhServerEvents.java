package io.github.grpck8s.stack.netdevh;

import io.github.grpck8s.ServerLifecycleListener;
import net.devh.boot.grpc.server.event.GrpcServerLifecycleEvent;
import net.devh.boot.grpc.server.event.GrpcServerShutdownEvent;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import net.devh.boot.grpc.server.serverfactory.GrpcServerLifecycle;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

/**
 * Tells the rooms when a server of the stack comes and goes. The stack publishes both
 * events on its own thread and waits for them.
 */
class NetDevhServerEvents implements ApplicationListener<GrpcServerLifecycleEvent> {

	private final ApplicationContext context;

	private final ObjectProvider<ServerLifecycleListener> listeners;

	NetDevhServerEvents(ApplicationContext context, ObjectProvider<ServerLifecycleListener> listeners) {
		this.context = context;
		this.listeners = listeners;
	}

	@Override
	public void onApplicationEvent(GrpcServerLifecycleEvent event) {
		if (!isOurs(event)) {
			return;
		}
		if (event instanceof GrpcServerStartedEvent) {
			this.listeners.orderedStream().forEach((listener) -> listener.started(event.getServer()));
		}
		else if (event instanceof GrpcServerShutdownEvent) {
			this.listeners.orderedStream().forEach((listener) -> listener.draining(event.getServer()));
			this.listeners.orderedStream().forEach((listener) -> listener.stopping(event.getServer()));
		}
	}

	// events of a child context come here too
	private boolean isOurs(GrpcServerLifecycleEvent event) {
		return this.context.getBeansOfType(GrpcServerLifecycle.class, false, false).containsValue(event.getSource());
	}

}
