package io.github.grpck8s.discovery;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import org.xbill.DNS.Name;
import org.xbill.DNS.ResolverConfig;

/**
 * All that an application asks DNS for: each port of a Service once, however many
 * channels there are. Thread-safe.
 */
final class DnsHub {

	private static final String DEFAULT_DOMAIN = "cluster.local";

	private final DiscoverySettings settings;

	private final LongSupplier ticker;

	private final RandomGenerator random;

	private final DiscoveryListener listener;

	private final Consumer<ServiceKey> ended;

	private final SharedWatches<Question> watches;

	/**
	 * Create a hub that does nothing yet.
	 * @param threads makes the timer thread; not called before the first subscription
	 * @param ended is told which Service is no longer asked for at all
	 */
	DnsHub(DiscoverySettings settings, Supplier<ScheduledExecutorService> threads, LongSupplier ticker,
			RandomGenerator random, DiscoveryListener listener, Consumer<ServiceKey> ended) {
		this.settings = settings;
		this.ticker = ticker;
		this.random = random;
		this.listener = listener;
		this.ended = ended;
		this.watches = new SharedWatches<>(threads, (question) -> ended(question.service()), () -> {
		});
	}

	private void ended(ServiceKey service) {
		if (!this.watches.anyMatch((other) -> other.service().equals(service))) {
			this.ended.accept(service);
		}
	}

	/**
	 * Follow a Service. May read {@code resolv.conf}, does not wait for DNS.
	 * @param linger how long it is followed when no channel does any more
	 * @param changed is called whenever the state may have changed; must return at once
	 */
	Subscription subscribe(ServiceKey service, KubernetesTarget.Port port, Duration linger, Runnable changed) {
		SharedWatches<Question>.Lease lease = this.watches.subscribe(new Question(service, port), linger, changed,
				(timers) -> open(service, port, timers));
		return new Subscription() {

			@Override
			public WatchState state() {
				return lease.state();
			}

			@Override
			public DiscoveryListener listener() {
				return DnsHub.this.listener;
			}

			@Override
			public void refresh() {
				lease.refresh();
			}

			@Override
			public void close() {
				lease.close();
			}

		};
	}

	private SharedWatches.Opened open(ServiceKey service, KubernetesTarget.Port port, ScheduledExecutorService timers) {
		DnsSettings dns = this.settings.dns();
		// what Kubernetes writes into resolv.conf may have changed since
		ResolverConfig.getCurrentConfig();
		ResolverConfig.refresh();
		List<InetSocketAddress> addresses = dns.servers().isEmpty() ? ResolverConfig.getCurrentConfig().servers()
				: dns.servers();
		DnsServers servers = new DnsServers(addresses, dns.timeout(), timers);
		String domain = (dns.clusterDomain() != null) ? dns.clusterDomain()
				: domain(ResolverConfig.getCurrentConfig().searchPath());
		DnsLookup lookup = new DnsLookup(service.service() + "." + service.namespace() + ".svc." + domain, port,
				this.settings.preferredFamily(), this.settings.strictIpFamily(), servers::ask);
		ServiceWatch watch = new ServiceWatch(service, timers, this.ticker, (slices) -> {
		}, this.listener);
		return new SharedWatches.Opened(watch,
				new DnsSource(service, lookup.question(), lookup::look, dns, timers, this.ticker, this.random, watch));
	}

	/**
	 * The domain of the cluster: the kubelet lists
	 * {@code shop.svc.cluster.local svc.cluster.local cluster.local}.
	 */
	static String domain(List<Name> searchPath) {
		for (Name path : searchPath) {
			String text = path.toString(true);
			if (text.startsWith("svc.")) {
				return text.substring("svc.".length());
			}
		}
		return DEFAULT_DOMAIN;
	}

	/**
	 * End what only lingers, at once; what channels still use ends with them.
	 */
	void endUnused() {
		this.watches.endUnused();
	}

	/**
	 * What DNS is asked for.
	 */
	private record Question(ServiceKey service, KubernetesTarget.Port port) {
	}

}
