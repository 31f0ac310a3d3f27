package io.github.grpck8s.defaults.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;

/**
 * Adds the defaults as the last property source. Runs after the application's own files
 * were read, because some of the defaults depend on them, and before logging starts.
 */
class DefaultsEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	static final String SOURCE = "grpcK8sDefaults";

	static final String RESOURCE = "defaults.properties";

	static final String ENABLED = "grpc.k8s.defaults.enabled";

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		MutablePropertySources sources = environment.getPropertySources();
		if (sources.contains(SOURCE) || !environment.getProperty(ENABLED, Boolean.class, true)) {
			return;
		}
		Map<String, Object> defaults = new LinkedHashMap<>();
		load().forEach((name, value) -> {
			String property = name.toString();
			// SpringApplication.setDefaultProperties comes even after ours, and still
			// wins
			if (!environment.containsProperty(property) && DefaultsRules.applies(property, environment)) {
				defaults.put(property, value);
			}
		});
		sources.addLast(new MapPropertySource(SOURCE, defaults));
		application.addInitializers(DefaultsEnvironmentPostProcessor::keepLast);
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	private static Properties load() {
		try {
			return PropertiesLoaderUtils
				.loadProperties(new ClassPathResource(RESOURCE, DefaultsEnvironmentPostProcessor.class));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * {@code @PropertySource} adds its sources at the end, when the context refreshes.
	 */
	private static void keepLast(ConfigurableApplicationContext context) {
		context.addBeanFactoryPostProcessor((factory) -> {
			MutablePropertySources sources = context.getEnvironment().getPropertySources();
			PropertySource<?> defaults = sources.remove(SOURCE);
			if (defaults != null) {
				sources.addLast(defaults);
			}
		});
	}

}
