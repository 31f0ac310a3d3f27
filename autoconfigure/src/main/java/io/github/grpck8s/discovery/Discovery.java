package io.github.grpck8s.discovery;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
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

	private final FallbackLog fallbackLog = new FallbackLog(this.listeners);

	private final DnsHub dnsHub;

	private @Nullable ClusterAccess opened;

	private @Nullable CompletableFuture<EndpointSliceHub> hub;

	private boolean closed;

	Discovery(DiscoverySettings settings, Supplier<ClusterAccess> access) {
		this.settings = settings;
		this.access = access;
		this.dnsHub = new DnsHub(settings, Discovery::timer, System::nanoTime, random(), this.listeners,
				this::dnsEnded);
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
		if (mounted != null) {
			return mounted;
		}
		try {
			return access().namespace();
		}
		catch (NoClassDefFoundError ex) {
			// DNS can be asked without a Kubernetes client
			return null;
		}
	}

	/**
	 * Not under the lock of the rest: a client that an application makes may take its
	 * time.
	 */
	private ClusterAccess access() {
		synchronized (this.access) {
			ClusterAccess known = this.opened;
			if (known == null) {
				known = this.access.get();
				this.opened = known;
			}
			return known;
		}
	}

	/**
	 * The slices of the API server.
	 */
	Source slices() {
		return (service, changed) -> hub().thenApply((hub) -> hub.subscribe(service, this.settings, linger(), changed));
	}

	/**
	 * The DNS of the cluster.
	 */
	Source dns(KubernetesTarget.Port port) {
		return (service, changed) -> CompletableFuture
			.completedFuture(this.dnsHub.subscribe(service, port, linger(), changed));
	}

	/**
	 * The DNS of the cluster for as long as slices cannot be had, and no longer.
	 */
	Source dnsInstead(KubernetesTarget.Port port) {
		return (service, changed) -> CompletableFuture
			.completedFuture(this.dnsHub.subscribe(service, port, Duration.ZERO, changed));
	}

	/**
	 * A channel that outlives its application leaves nothing behind.
	 */
	private synchronized Duration linger() {
		return this.closed ? Duration.ZERO : this.settings.linger();
	}

	FallbackLog fallbackLog() {
		return this.fallbackLog;
	}

	/**
	 * The hub. Its configuration is read on a thread of its own: a kubeconfig may name a
	 * plugin that asks a person, and waits for as long as that takes.
	 */
	private synchronized CompletableFuture<EndpointSliceHub> hub() {
		CompletableFuture<EndpointSliceHub> known = this.hub;
		if (known != null && !known.isCompletedExceptionally()) {
			return known;
		}
		CompletableFuture<EndpointSliceHub> opening = new CompletableFuture<>();
		this.hub = opening;
		Thread thread = new Thread(() -> {
			try {
				opening.complete(open());
			}
			catch (RuntimeException | Error ex) {
				opening.completeExceptionally(ex);
			}
		}, "grpc-k8s-discovery-config");
		thread.setDaemon(true);
		thread.start();
		return opening;
	}

	private EndpointSliceHub open() {
		ClusterAccess cluster = access();
		String identity = cluster.identity();
		EndpointSliceHub made = DiscoveryRegistry.hub(identity, this,
				() -> new EndpointSliceHub(cluster::connect, Discovery::timer, System::nanoTime, random()));
		made.listeners().add(this.listeners);
		boolean late;
		synchronized (this) {
			late = this.closed;
		}
		if (late) {
			DiscoveryRegistry.leave(this);
			made.listeners().remove(this.listeners);
		}
		return made;
	}

	/**
	 * Meters of a Service that slices tell of again stay.
	 */
	private void dnsEnded(ServiceKey service) {
		CompletableFuture<EndpointSliceHub> slices;
		synchronized (this) {
			slices = this.hub;
		}
		boolean followed = slices != null && slices.isDone() && !slices.isCompletedExceptionally()
				&& slices.join().follows(service);
		if (!followed) {
			this.listeners.ended(service.toString());
		}
	}

	private static Random random() {
		return new Random(new SecureRandom().nextLong());
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
		CompletableFuture<EndpointSliceHub> left;
		synchronized (this) {
			this.closed = true;
			left = this.hub;
		}
		DiscoveryRegistry.remove(this);
		DiscoveryRegistry.leave(this);
		this.dnsHub.endUnused();
		if (left != null && left.isDone() && !left.isCompletedExceptionally()) {
			left.join().listeners().remove(this.listeners);
		}
	}

}
