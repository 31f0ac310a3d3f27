package io.github.grpck8s.health.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.grpck8s.GrpcWarmUp;
import io.github.grpck8s.health.HealthOnlyServer;
import io.github.grpck8s.health.IndicatorPoller;
import io.github.grpck8s.health.ServerHealth;
import io.github.grpck8s.health.WarmUps;
import io.grpc.BindableService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.SmartApplicationListener;

/**
 * Brings the news of the application to its health. Must be created after the
 * {@code ApplicationAvailability} bean: listeners of the same order are called in the
 * order in which they were created, and the indicators read that bean.
 */
final class HealthLifecycle implements SmartLifecycle, SmartApplicationListener {

	private static final Logger logger = LoggerFactory.getLogger(HealthLifecycle.class);

	private final ApplicationContext context;

	private final ServerHealth health;

	private final HealthSource source;

	private final IndicatorPoller poller;

	private final Supplier<Map<String, GrpcWarmUp>> warmUps;

	private final Duration warmUpTimeout;

	private final @Nullable HealthOnlyServer probes;

	private final Supplier<Stream<BindableService>> services;

	private volatile boolean running;

	private boolean opened;

	private boolean warm;

	HealthLifecycle(ApplicationContext context, ServerHealth health, HealthSource source, IndicatorPoller poller,
			Supplier<Map<String, GrpcWarmUp>> warmUps, Duration warmUpTimeout, @Nullable HealthOnlyServer probes,
			Supplier<Stream<BindableService>> services) {
		this.context = context;
		this.health = health;
		this.source = source;
		this.poller = poller;
		this.warmUps = warmUps;
		this.warmUpTimeout = warmUpTimeout;
		this.probes = probes;
		this.services = services;
	}

	@Override
	public void start() {
		if (!this.opened) {
			this.opened = true;
			this.source.open(this.poller);
			this.health.update();
		}
		this.poller.start(this.health::update);
		if (this.probes != null) {
			// that port is asked before the main server can say which services it has
			this.services.get()
				.forEach((service) -> this.health.addService(service.bindService().getServiceDescriptor().getName()));
			this.health.update();
			this.probes.start();
			logger.info("gRPC health listens on port {}", this.probes.port());
		}
		this.running = true;
	}

	@Override
	public void stop() {
		this.running = false;
		if (this.probes != null) {
			this.probes.stop();
		}
		this.poller.stop();
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/**
	 * Up before the main server, which takes the last phase in every stack, and down
	 * after it.
	 */
	@Override
	public int getPhase() {
		return Integer.MAX_VALUE - 1;
	}

	@Override
	public boolean supportsEventType(Class<? extends ApplicationEvent> type) {
		return AvailabilityChangeEvent.class.isAssignableFrom(type)
				|| ApplicationReadyEvent.class.isAssignableFrom(type);
	}

	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		if (event instanceof ApplicationReadyEvent ready && ready.getApplicationContext() == this.context) {
			// comes before Boot says ACCEPTING_TRAFFIC, so that HTTP probes wait as well
			warmUp();
		}
		else if (event instanceof AvailabilityChangeEvent<?> change) {
			if (change.getState() instanceof ReadinessState readiness) {
				boolean accepting = readiness == ReadinessState.ACCEPTING_TRAFFIC;
				if (accepting) {
					warmUp();
				}
				this.health.accepting(accepting);
			}
			else {
				this.health.update();
			}
		}
	}

	private synchronized void warmUp() {
		if (!this.warm) {
			this.warm = true;
			WarmUps.run(this.warmUps.get(), this.warmUpTimeout);
			this.health.warm();
		}
	}

}
