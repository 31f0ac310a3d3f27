package io.github.grpck8s.discovery;

/**
 * Resolves {@code k8s-dns:///service.namespace:port}, which means the same pods as
 * {@code k8s:///service.namespace:port}, found through the DNS of the cluster: for
 * headless Services where the API server may not be asked. gRPC finds it through
 * {@code META-INF/services}.
 */
public final class KubernetesDnsNameResolverProvider extends PodResolverProvider {

	/**
	 * Called by gRPC, which finds providers through {@link java.util.ServiceLoader}.
	 */
	public KubernetesDnsNameResolverProvider() {
		super(KubernetesTarget.DNS_SCHEME, ResolverFactory::byDns);
	}

}
