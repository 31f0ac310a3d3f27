package io.github.grpck8s.defaults.autoconfigure;

import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Leaves out two auto-configurations of net.devh's starter. They are ordered after a
 * class that Boot 4 has moved, and so start or not by accident: never in a plain
 * application, but with metrics exported over OTLP, and then with two warnings and a
 * second set of meters.
 */
class NetDevhMetricsFilter implements AutoConfigurationImportFilter, EnvironmentAware {

	static final String KEPT = "grpc.k8s.defaults.net-devh-metrics";

	private static final Set<String> LEFT_OUT = Set.of(
			"net.devh.boot.grpc.server.autoconfigure.GrpcServerMetricAutoConfiguration",
			"net.devh.boot.grpc.client.autoconfigure.GrpcClientMetricAutoConfiguration");

	private boolean active = true;

	@Override
	public void setEnvironment(Environment environment) {
		this.active = environment.getProperty(DefaultsEnvironmentPostProcessor.ENABLED, Boolean.class, true)
				&& !environment.getProperty(KEPT, Boolean.class, false);
	}

	@Override
	public boolean[] match(@Nullable String[] autoConfigurations, AutoConfigurationMetadata metadata) {
		boolean[] kept = new boolean[autoConfigurations.length];
		for (int i = 0; i < kept.length; i++) {
			String name = autoConfigurations[i];
			kept[i] = !this.active || name == null || !LEFT_OUT.contains(name);
		}
		return kept;
	}

}
