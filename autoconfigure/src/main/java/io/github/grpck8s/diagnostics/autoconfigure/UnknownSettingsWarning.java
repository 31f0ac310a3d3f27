package io.github.grpck8s.diagnostics.autoconfigure;

import java.io.IOException;
import java.util.List;
import java.util.stream.StreamSupport;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Warns of settings below {@code grpc.k8s} that do not exist: Boot ignores them, and a
 * misspelt one looks set. Environment variables are left out: their names cannot be told
 * from those that other programs read.
 */
class UnknownSettingsWarning implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(UnknownSettingsWarning.class);

	private static final ConfigurationPropertyName OURS = ConfigurationPropertyName.of("grpc.k8s");

	private final Environment environment;

	UnknownSettingsWarning(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void afterSingletonsInstantiated() {
		List<ConfigurationPropertyName> written = written();
		if (written.isEmpty()) {
			return;
		}
		try {
			KnownSettings known = KnownSettings.read();
			written.stream()
				.filter((name) -> !known.contains(name))
				.forEach((name) -> logger.warn("There is no setting '{}': it has no effect. Did you mean '{}'?", name,
						known.nearest(name)));
		}
		catch (IOException ex) {
			logger.debug("The settings are not checked for names that do not exist", ex);
		}
	}

	private List<ConfigurationPropertyName> written() {
		return StreamSupport.stream(ConfigurationPropertySources.get(this.environment).spliterator(), false)
			.filter((source) -> !isVariables(source))
			.filter(IterableConfigurationPropertySource.class::isInstance)
			.flatMap((source) -> ((IterableConfigurationPropertySource) source).stream())
			.filter(OURS::isAncestorOf)
			.distinct()
			.toList();
	}

	private static boolean isVariables(ConfigurationPropertySource source) {
		return source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
	}

}
