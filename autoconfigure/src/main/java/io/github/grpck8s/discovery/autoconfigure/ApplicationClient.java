package io.github.grpck8s.discovery.autoconfigure;

import java.util.Arrays;
import java.util.function.Supplier;

import io.fabric8.kubernetes.client.KubernetesClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ListableBeanFactory;

/**
 * The Kubernetes client of the application, made when it is first asked for.
 */
final class ApplicationClient implements Supplier<@Nullable KubernetesClient> {

	private static final Logger logger = LoggerFactory.getLogger(ApplicationClient.class);

	private final ListableBeanFactory beans;

	ApplicationClient(ListableBeanFactory beans) {
		this.beans = beans;
	}

	@Override
	public @Nullable KubernetesClient get() {
		KubernetesClient client = this.beans.getBeanProvider(KubernetesClient.class).getIfUnique();
		String[] names = (client == null) ? this.beans.getBeanNamesForType(KubernetesClient.class) : new String[0];
		if (names.length > 1) {
			logger.warn(
					"There are {} beans of type KubernetesClient ({}) and none is @Primary: pods are looked for with KUBECONFIG or the service account instead; mark one as @Primary",
					names.length, String.join(", ", Arrays.asList(names)));
		}
		return client;
	}

}
