package io.github.grpck8s.discovery;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.Set;

import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.Uri;
import org.jspecify.annotations.Nullable;

/**
 * Resolves {@code k8s-dns:///service.namespace:port}, which means the same pods as
 * {@code k8s:///service.namespace:port}, found through the DNS of the cluster: for
 * headless Services where the API server may not be asked. gRPC finds it through
 * {@code META-INF/services}.
 */
public final class KubernetesDnsNameResolverProvider extends NameResolverProvider {

	@Override
	public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
		return KubernetesTarget.DNS_SCHEME.equalsIgnoreCase(target.getScheme())
				? ResolverFactory.of(target.toString(), args).byDns() : null;
	}

	@Override
	public @Nullable NameResolver newNameResolver(Uri target, NameResolver.Args args) {
		return KubernetesTarget.DNS_SCHEME.equalsIgnoreCase(target.getScheme())
				? ResolverFactory.of(target.toString(), args).byDns() : null;
	}

	@Override
	public String getDefaultScheme() {
		return KubernetesTarget.DNS_SCHEME;
	}

	@Override
	protected boolean isAvailable() {
		return true;
	}

	/**
	 * Below that of DNS, which stays the scheme of targets that name none.
	 */
	@Override
	protected int priority() {
		return 4;
	}

	@Override
	public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
		return Set.of(InetSocketAddress.class);
	}

}
