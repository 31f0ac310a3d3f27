package io.github.grpck8s.discovery;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

import io.github.grpck8s.discovery.DiscoverySettings.Fallback;
import io.grpc.NameResolver;
import org.jspecify.annotations.Nullable;

/**
 * Makes the resolver of one channel. Neither asks anybody nor waits.
 */
final class ResolverFactory {

	private static final String[] KUBERNETES_CLIENT = { "io.fabric8.kubernetes.client.Config",
			"io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory" };

	private final String text;

	private final KubernetesTarget target;

	private final Discovery discovery;

	private final ChannelContext context;

	private ResolverFactory(String text, Discovery discovery, ChannelContext context) {
		this.text = text;
		this.target = KubernetesTarget.parse(text);
		this.discovery = discovery;
		this.context = context;
	}

	static ResolverFactory of(String text, NameResolver.Args args) {
		Discovery given = args.getArg(KubernetesNameResolverProvider.DISCOVERY);
		ScheduledExecutorService timers = timers(args);
		Executor offload = (args.getOffloadExecutor() != null) ? args.getOffloadExecutor() : timers;
		return new ResolverFactory(text, (given != null) ? given : DiscoveryRegistry.current(),
				new ChannelContext(args.getSynchronizationContext(), timers, offload, System::nanoTime));
	}

	/**
	 * A resolver that lists and watches slices.
	 */
	NameResolver bySlices() {
		List<FixedEndpoint> fixed = fixed();
		if (!fixed.isEmpty()) {
			return fixed(fixed);
		}
		require("io.fabric8:kubernetes-client and io.fabric8:kubernetes-httpclient-jdk", KUBERNETES_CLIENT);
		DiscoverySettings settings = this.discovery.settings();
		if (settings.fallback() != Fallback.DNS) {
			return resolver(this.discovery.slices(), null);
		}
		requireDns();
		return resolver(this.discovery.slices(), this.discovery.dnsInstead(this.target.port()));
	}

	/**
	 * A resolver that asks DNS.
	 */
	NameResolver byDns() {
		List<FixedEndpoint> fixed = fixed();
		if (!fixed.isEmpty()) {
			return fixed(fixed);
		}
		requireDns();
		return resolver(this.discovery.dns(this.target.port()), null);
	}

	private NameResolver resolver(Source source, @Nullable Source instead) {
		DiscoverySettings settings = this.discovery.settings();
		String namespace = (this.target.namespace() != null) ? this.target.namespace() : this.discovery.namespace();
		if (namespace == null) {
			throw new IllegalArgumentException("Cannot use target '" + this.text
					+ "': it names no namespace, and neither grpc.k8s.discovery.namespace, a mounted service account nor a kubeconfig says one; write "
					+ this.text.substring(0, this.text.indexOf(':')) + ":///" + this.target.service()
					+ ".namespace:port");
		}
		return new KubernetesNameResolver(new ServiceKey(namespace, this.target.service()),
				Selection.of(this.target.port(), settings), source, instead, this.discovery.fallbackLog(),
				settings.initialTimeout(), this.context);
	}

	/**
	 * Neither the cluster nor its namespaces are needed for these.
	 */
	private List<FixedEndpoint> fixed() {
		DiscoverySettings settings = this.discovery.settings();
		return settings.fixed(this.target.service(),
				(this.target.namespace() != null) ? this.target.namespace() : settings.namespace());
	}

	private NameResolver fixed(List<FixedEndpoint> endpoints) {
		String own = this.discovery.settings().namespace();
		String named = (this.target.namespace() != null) ? this.target.namespace() : own;
		return new StaticNameResolver(new ServiceKey((named != null) ? named : "default", this.target.service()),
				endpoints, this.context);
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

	private void requireDns() {
		require("dnsjava:dnsjava", "org.xbill.DNS.SimpleResolver");
	}

	private void require(String libraries, String... classes) {
		for (String needed : classes) {
			try {
				Class.forName(needed, false, ResolverFactory.class.getClassLoader());
			}
			catch (ClassNotFoundException ex) {
				throw new IllegalStateException(
						"Cannot use target '" + this.text + "': add " + libraries + " to the class path", ex);
			}
		}
	}

}
