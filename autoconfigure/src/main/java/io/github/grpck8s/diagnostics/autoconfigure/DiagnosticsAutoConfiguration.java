package io.github.grpck8s.diagnostics.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for what a developer is told at start-up.
 */
@AutoConfiguration
public final class DiagnosticsAutoConfiguration {

	@Bean
	UnknownSettingsWarning grpcK8sUnknownSettingsWarning(Environment environment) {
		return new UnknownSettingsWarning(environment);
	}

}
