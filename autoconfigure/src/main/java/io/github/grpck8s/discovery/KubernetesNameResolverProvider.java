package io.github.grpck8s.discovery;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.Set;

import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.Uri;
import org.jspecify.annotations.Nullable;

/**
 * Resolves {@code k8s:///service.namespace:port} for every channel of the process. gRPC
 * finds it through {@code META-INF/services}: neither an application context nor a
 * {@code @GrpcClient} is needed. Which cluster is asked, and how, says the
 * {@link Discovery} of the channel, else the one that was registered last, else
 * KUBECONFIG or the service account.
 */
public final class KubernetesNameResolverProvider extends NameResolverProvider {

	static final NameResolver.Args.Key<Discovery> DISCOVERY = NameResolver.Args.Key
		.create("io.github.grpck8s.discovery");

	/**
	 * Check a target without resolving it.
	 * @param target the target, for example {@code k8s:///users.shop:grpc} or
	 * {@code k8s-dns:///users.shop:grpc}
	 * @throws IllegalArgumentException if it is malformed; the message names the fault
	 * and the canonical form
	 */
	public static void check(String target) {
		KubernetesTarget.parse(target);
	}

	/**
	 * Let a channel use the discovery of an application.
	 * @param builder the channel under construction
	 * @param discovery the discovery of the application that builds it
	 */
	public static void use(ManagedChannelBuilder<?> builder, Discovery discovery) {
		try {
			builder.setNameResolverArg(DISCOVERY, discovery);
		}
		catch (UnsupportedOperationException ignored) {
			// a builder of the user's: it gets the one that was registered last
		}
	}

	@Override
	public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
		return KubernetesTarget.SCHEME.equalsIgnoreCase(target.getScheme()) ? resolver(target.toString(), args) : null;
	}

	@Override
	public @Nullable NameResolver newNameResolver(Uri target, NameResolver.Args args) {
		return KubernetesTarget.SCHEME.equalsIgnoreCase(target.getScheme()) ? resolver(target.toString(), args) : null;
	}

	private static NameResolver resolver(String text, NameResolver.Args args) {
		return ResolverFactory.of(text, args).bySlices();
	}

	@Override
	public String getDefaultScheme() {
		return KubernetesTarget.SCHEME;
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
