package io.github.grpck8s.observability.autoconfigure;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.FeatureOrder;
import io.github.grpck8s.ServerFeature;
import io.github.grpck8s.observability.AccessLogs;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.util.ClassUtils;

/**
 * The access log, which is off until it is asked for.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("grpc.k8s.observability.access-log.enabled")
class AccessLogConfiguration {

	@Bean
	@ConditionalOnMissingBean
	AccessLogs grpcK8sAccessLogs(ObservabilityProperties properties) {
		ObservabilityProperties.AccessLog log = properties.accessLog();
		boolean spans = ClassUtils.isPresent("io.opentelemetry.api.trace.Span", getClass().getClassLoader());
		return new AccessLogs(log.sampling(), log.errors(), log.metadata(), properties.infrastructureCalls(), spans);
	}

	@Bean
	@Order(FeatureOrder.OBSERVABILITY)
	ServerFeature grpcK8sServerAccessLog(AccessLogs logs) {
		return logs.server();
	}

	@Bean
	@Order(FeatureOrder.OBSERVABILITY)
	ChannelFeature grpcK8sClientAccessLog(AccessLogs logs) {
		return logs.client();
	}

}
