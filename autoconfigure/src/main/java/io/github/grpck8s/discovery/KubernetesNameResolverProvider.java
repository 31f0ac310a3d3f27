package io.github.grpck8s.discovery;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

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
	 * @param target the target, for example {@code k8s:///users.shop:grpc}
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
		KubernetesTarget target = KubernetesTarget.parse(text);
		Discovery given = args.getArg(DISCOVERY);
		Discovery discovery = (given != null) ? given : DiscoveryRegistry.current();
		ScheduledExecutorService timers = timers(args);
		Executor offload = (args.getOffloadExecutor() != null) ? args.getOffloadExecutor() : timers;
		List<FixedEndpoint> fixed = fixed(target, discovery.settings());
		if (!fixed.isEmpty()) {
			String named = (target.namespace() != null) ? target.namespace() : discovery.settings().namespace();
			return new StaticNameResolver(new ServiceKey((named != null) ? named : "default", target.service()), fixed,
					args.getSynchronizationContext(), offload);
		}
		requireLibrary(text);
		String namespace = (target.namespace() != null) ? target.namespace() : discovery.namespace();
		if (namespace == null) {
			throw new IllegalArgumentException("Cannot use target '" + text
					+ "': it names no namespace, and neither grpc.k8s.discovery.namespace, a mounted service account nor a kubeconfig says one; write k8s:///"
					+ target.service() + ".namespace:port");
		}
		DiscoverySettings settings = discovery.settings();
		Selection wanted = new Selection(target.port(), settings.preferredFamily(), settings.strictIpFamily(),
				settings.node(), settings.zone());
		return new KubernetesNameResolver(new ServiceKey(namespace, target.service()), wanted,
				(service, changed) -> discovery.hub().subscribe(service, settings, changed), settings.initialTimeout(),
				args.getSynchronizationContext(), timers, offload, System::nanoTime);
	}

	/**
	 * Neither the cluster nor its namespaces are needed for these.
	 */
	private static List<FixedEndpoint> fixed(KubernetesTarget target, DiscoverySettings settings) {
		return settings.fixed(target.service(),
				(target.namespace() != null) ? target.namespace() : settings.namespace());
	}

	/**
	 * A channel always brings timers; whoever makes a resolver by hand may not.
	 */
	private static ScheduledExecutorService timers(NameResolver.Args args) {
		try {
			return args.getScheduledExecutorService();
		}
		catch (IllegalStateException ignored) {
			return DiscoveryRegistry.timers();
		}
	}

	private static void requireLibrary(String target) {
		for (String needed : new String[] { "io.fabric8.kubernetes.client.Config",
				"io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory" }) {
			try {
				Class.forName(needed, false, KubernetesNameResolverProvider.class.getClassLoader());
			}
			catch (ClassNotFoundException ex) {
				throw new IllegalStateException("Cannot use target '" + target
						+ "': add io.fabric8:kubernetes-client and io.fabric8:kubernetes-httpclient-jdk to the class path",
						ex);
			}
		}
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
