package io.github.grpck8s.shutdown.autoconfigure;

import java.util.Objects;

import io.github.grpck8s.DrainListener;
import io.github.grpck8s.FeatureOrder;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.shutdown.DrainMeters;
import io.github.grpck8s.shutdown.DrainReport;
import io.github.grpck8s.shutdown.ServerDrain;
import io.github.grpck8s.shutdown.StreamLimit;
import io.grpc.ServerBuilder;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the shutdown room.
 */
@AutoConfiguration
@ConditionalOnClass(ServerBuilder.class)
@ConditionalOnBooleanProperty(name = "grpc.k8s.shutdown.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ShutdownProperties.class)
public final class ShutdownAutoConfiguration {

	private static final Logger logger = LoggerFactory.getLogger(ShutdownAutoConfiguration.class);

	@Bean
	DrainBudget grpcK8sDrainBudget(ShutdownProperties properties, Environment environment,
			ObjectProvider<StackSettings> stack) {
		return DrainBudget.of(properties, environment, stack.getIfAvailable(() -> StackSettings.NONE));
	}

	@Bean
	@Order(FeatureOrder.INNER)
	@ConditionalOnMissingBean
	ServerDrain grpcK8sServerDrain(DrainBudget budget, ObjectProvider<DrainListener> listeners,
			ObjectProvider<StreamLimit> limit) {
		return new ServerDrain(budget.delay(), budget.grace(), () -> announce(listeners),
				ShutdownAutoConfiguration::log, limit.getIfAvailable());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnProperty("grpc.k8s.shutdown.max-stream-age")
	StreamLimit grpcK8sStreamLimit(ShutdownProperties properties) {
		return new StreamLimit(Objects.requireNonNull(properties.maxStreamAge()));
	}

	@Bean
	DrainOnClose grpcK8sDrainOnClose(ApplicationContext context, ServerDrain drain, DrainBudget budget) {
		return new DrainOnClose(context, drain, budget);
	}

	private static void announce(ObjectProvider<DrainListener> listeners) {
		listeners.orderedStream().forEach((listener) -> {
			try {
				listener.drainStarting();
			}
			catch (RuntimeException ex) {
				// one that fails must not keep the others, nor the calls, from an orderly
				// end
				logger.warn("A drain listener failed: {}", listener.getClass().getName(), ex);
			}
		});
	}

	private static void log(DrainReport report) {
		String sentence = "gRPC server drained in " + report.duration().toMillis() + " ms: calls running at GOAWAY "
				+ report.running() + ", closed with UNAVAILABLE at the end " + report.cut();
		if (report.cut() > 0) {
			logger.warn("{}; longer calls need a longer grpc.k8s.shutdown.grace", sentence);
		}
		else {
			logger.info(sentence);
		}
	}

	/**
	 * Where Micrometer is.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterBinder.class)
	static class Meters {

		@Bean
		@ConditionalOnMissingBean
		DrainMeters grpcK8sDrainMeters(ServerDrain drain) {
			return new DrainMeters(drain);
		}

	}

}
