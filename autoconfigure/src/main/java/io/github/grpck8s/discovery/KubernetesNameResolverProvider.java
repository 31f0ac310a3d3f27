package io.github.grpck8s.discovery;

import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolver;

/**
 * Resolves {@code k8s:///service.namespace:port} for every channel of the process. gRPC
 * finds it through {@code META-INF/services}: neither an application context nor a
 * {@code @GrpcClient} is needed. Which cluster is asked, and how, says the
 * {@link Discovery} of the channel, else the one that was registered last, else
 * KUBECONFIG or the service account.
 */
public final class KubernetesNameResolverProvider extends PodResolverProvider {

	static final NameResolver.Args.Key<Discovery> DISCOVERY = NameResolver.Args.Key
		.create("io.github.grpck8s.discovery");

	/**
	 * Called by gRPC, which finds providers through {@link java.util.ServiceLoader}.
	 */
	public KubernetesNameResolverProvider() {
		super(KubernetesTarget.SCHEME, ResolverFactory::bySlices);
	}

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

}
