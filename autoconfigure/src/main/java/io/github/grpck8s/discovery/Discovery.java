package io.github.grpck8s.discovery;

import java.security.SecureRandom;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Discovery as one application uses it: its settings and its way to the API server. Does
 * nothing before the first {@code k8s:} channel resolves. Thread-safe.
 */
public final class Discovery implements AutoCloseable {

	private final DiscoverySettings settings;

	private final Supplier<ClusterAccess> access;

	private final DiscoveryListeners listeners = new DiscoveryListeners();

	private @Nullable ClusterAccess opened;

	private @Nullable EndpointSliceHub hub;

	private boolean closed;

	Discovery(DiscoverySettings settings, Supplier<ClusterAccess> access) {
		this.settings = settings;
		this.access = access;
	}

	/**
	 * Create discovery for an application.
	 * @param settings its settings
	 * @param client its {@code io.fabric8.kubernetes.client.KubernetesClient}, asked when
	 * it is first needed, or {@code null} to take KUBECONFIG or the service account
	 */
	public static Discovery of(DiscoverySettings settings, Supplier<? extends @Nullable Object> client) {
		return new Discovery(settings, () -> FabricAccess.of(client.get()));
	}

	/**
	 * Make this the discovery of channels that are built without an application, until
	 * {@link #close()}.
	 */
	public void register() {
		DiscoveryRegistry.add(this);
	}

	/**
	 * Tell what this discovery does from now on.
	 * @param listener is told
	 */
	public void listen(DiscoveryListener listener) {
		this.listeners.add(listener);
	}

	DiscoverySettings settings() {
		return this.settings;
	}

	/**
	 * Whether a target can be used here. May read configuration files.
	 * @param target the target, for example {@code k8s:///users:grpc}
	 * @return {@code false} if it names no namespace and nothing else does
	 */
	public boolean knowsNamespace(String target) {
		KubernetesTarget parsed = KubernetesTarget.parse(target);
		return parsed.namespace() != null || !this.settings.fixed(parsed.service(), this.settings.namespace()).isEmpty()
				|| namespace() != null;
	}

	/**
	 * The namespace of targets that name none: the setting, the service account's, the
	 * kubeconfig's.
	 * @return the namespace, or {@code null} if nothing says
	 */
	@Nullable String namespace() {
		if (this.settings.namespace() != null) {
			return this.settings.namespace();
		}
		String mounted = ServiceAccount.namespace();
		return (mounted != null) ? mounted : access().namespace();
	}

	private synchronized ClusterAccess access() {
		ClusterAccess known = this.opened;
		if (known == null) {
			known = this.access.get();
			this.opened = known;
		}
		return known;
	}

	/**
	 * The hub. May read files.
	 */
	synchronized EndpointSliceHub hub() {
		EndpointSliceHub known = this.hub;
		if (known == null) {
			ClusterAccess cluster = access();
			known = DiscoveryRegistry.hub(cluster.identity(), this, () -> new EndpointSliceHub(cluster::connect,
					Discovery::timer, System::nanoTime, new Random(new SecureRandom().nextLong())));
			this.hub = known;
			known.listeners().add(this.listeners);
			if (this.closed) {
				DiscoveryRegistry.leave(this);
			}
		}
		return known;
	}

	private static ScheduledExecutorService timer() {
		ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, "grpc-k8s-discovery");
			thread.setDaemon(true);
			return thread;
		});
		timer.setRemoveOnCancelPolicy(true);
		return timer;
	}

	/**
	 * End the watches that no channel uses any more.
	 */
	@Override
	public void close() {
		EndpointSliceHub left;
		synchronized (this) {
			this.closed = true;
			left = this.hub;
		}
		DiscoveryRegistry.remove(this);
		DiscoveryRegistry.leave(this);
		if (left != null) {
			left.listeners().remove(this.listeners);
		}
	}

}
