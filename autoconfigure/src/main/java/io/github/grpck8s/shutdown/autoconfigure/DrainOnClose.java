package io.github.grpck8s.shutdown.autoconfigure;

import io.github.grpck8s.shutdown.ServerDrain;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;

/**
 * Begins the drain when the application context closes. Comes before all other listeners
 * of that event, because Spring's task executors take no more tasks from that event on
 * and calls are still served during the delay.
 */
final class DrainOnClose implements ApplicationListener<ContextClosedEvent>, Ordered {

	private static final Logger logger = LoggerFactory.getLogger(DrainOnClose.class);

	private final ApplicationContext context;

	private final ServerDrain drain;

	private final DrainBudget budget;

	DrainOnClose(ApplicationContext context, ServerDrain drain, DrainBudget budget) {
		this.context = context;
		this.drain = drain;
		this.budget = budget;
	}

	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		// events of child contexts, such as the management server's, arrive here as well
		if (event.getApplicationContext() == this.context) {
			if (this.drain.hasServers()) {
				logger.info("gRPC drain begins: calls running {}, new calls are served for {} ms more",
						this.drain.running(), this.budget.delay().toMillis());
			}
			AvailabilityChangeEvent.publish(this.context, ReadinessState.REFUSING_TRAFFIC);
			this.drain.begin();
		}
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

}
