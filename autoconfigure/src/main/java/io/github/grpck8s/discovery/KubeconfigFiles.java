package io.github.grpck8s.discovery;

import java.io.File;
import java.nio.file.Files;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.KubeConfigUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What kubeconfig files say, without running what they may name.
 */
final class KubeconfigFiles {

	private static final Logger logger = LoggerFactory.getLogger(KubeconfigFiles.class);

	private KubeconfigFiles() {
	}

	/**
	 * Refuse a KUBECONFIG that names no file that exists: fabric8 would go on without it
	 * and end at a host that is not there. In a pod the service account is there.
	 */
	static void requireThatOneExists() {
		String named = ServiceAccount.setting("kubeconfig");
		if (named == null || files().stream().anyMatch(File::isFile)) {
			return;
		}
		if (!Files.isRegularFile(ServiceAccount.tokenFile())) {
			throw new IllegalStateException("KUBECONFIG names '" + named + "', and there is no such file");
		}
		logger.warn("KUBECONFIG names '{}', and there is no such file: using the mounted service account", named);
	}

	/**
	 * The namespace of the current context.
	 * @return the namespace, {@code default} if the context names none as for kubectl, or
	 * {@code null} if there is no context
	 */
	static @Nullable String namespace() {
		String set = ServiceAccount.setting("kubernetes.namespace");
		if (set != null) {
			return set;
		}
		if ("false".equalsIgnoreCase(ServiceAccount.setting(Config.KUBERNETES_AUTH_TRYKUBECONFIG_SYSTEM_PROPERTY))) {
			return null;
		}
		List<io.fabric8.kubernetes.api.model.Config> configs = files().stream()
			.filter(File::isFile)
			.map(KubeconfigFiles::parse)
			.filter(Objects::nonNull)
			.toList();
		String current = configs.stream()
			.map(io.fabric8.kubernetes.api.model.Config::getCurrentContext)
			.filter((name) -> name != null && !name.isEmpty())
			.findFirst()
			.orElse(null);
		for (io.fabric8.kubernetes.api.model.Config config : configs) {
			for (NamedContext context : config.getContexts()) {
				if (context.getName() != null && context.getName().equals(current)) {
					String namespace = (context.getContext() != null) ? context.getContext().getNamespace() : null;
					return (namespace == null || namespace.isBlank()) ? "default" : namespace;
				}
			}
		}
		return null;
	}

	private static List<File> files() {
		Collection<String> names = Config.getKubeconfigFilenames();
		return names.stream().filter((name) -> !name.isBlank()).map(File::new).toList();
	}

	private static io.fabric8.kubernetes.api.model.@Nullable Config parse(File file) {
		try {
			return KubeConfigUtils.parseConfig(file);
		}
		catch (RuntimeException ex) {
			logger.warn("Cannot read kubeconfig {}", file, ex);
			return null;
		}
	}

}
