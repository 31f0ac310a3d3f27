package io.github.grpck8s.discovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.UnaryOperator;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.github.grpck8s.test.FakeKubernetes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolver.Listener2;
import io.grpc.NameResolver.ResolutionResult;
import io.grpc.NameResolverProvider;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.grpc.Uri;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The finished resolver in front of an API server over real HTTP, and what channels would
 * be told.
 */
final class LiveDiscovery implements AutoCloseable {

	static final Duration SOON = Duration.ofSeconds(20);

	private static final DiscoverySettings DEFAULTS = new DiscoverySettings(null, null, null, IpFamily.AUTO, false,
			Duration.ofSeconds(150), Duration.ofMinutes(10), Duration.ofSeconds(15));

	final FakeKubernetes kubernetes = FakeKubernetes.start();

	private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);

	private final List<Channel> channels = new ArrayList<>();

	private @Nullable Discovery discovery;

	private @Nullable KubernetesClient client;

	/**
	 * Use the kubeconfig of the fake, with these settings.
	 */
	void use(UnaryOperator<DiscoverySettings> settings) {
		Config config = Config.fromKubeconfig(this.kubernetes.kubeconfigFile("shop").toFile());
		KubernetesClient made = new KubernetesClientBuilder().withConfig(config).build();
		this.client = made;
		this.discovery = Discovery.of(settings.apply(DEFAULTS), () -> made);
	}

	/**
	 * Use what the process says, as an application without Spring does.
	 */
	void useProcess() {
		this.discovery = Discovery.of(DEFAULTS, () -> null);
	}

	/**
	 * Use a client that the application does not get before the latch is open.
	 */
	void useAfter(CountDownLatch latch, Duration initialTimeout) {
		use((settings) -> new DiscoverySettings(null, null, null, settings.ipFamily(), false, settings.watchSilence(),
				settings.linger(), initialTimeout));
		KubernetesClient made = Objects.requireNonNull(this.client);
		this.discovery = Discovery.of(Objects.requireNonNull(this.discovery).settings(), () -> {
			try {
				latch.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return made;
		});
	}

	Channel channel(String target) {
		if (this.discovery == null) {
			use(UnaryOperator.identity());
		}
		Channel channel = new Channel(target, Objects.requireNonNull(this.discovery));
		this.channels.add(channel);
		return channel;
	}

	/**
	 * A channel that knows its endpoints and whose watch is open.
	 */
	Channel channel(String target, String endpoints) {
		Channel channel = channel(target);
		channel.awaits(endpoints);
		this.kubernetes.awaitOpenWatches(1, SOON);
		return channel;
	}

	/**
	 * Shut all channels down and keep nothing of them.
	 */
	void leave() {
		this.channels.forEach(Channel::shutdown);
		this.channels.clear();
	}

	static void awaitTexts(Channel channel, int count) {
		await().atMost(SOON).until(() -> channel.texts.size() >= count);
	}

	@Override
	public void close() {
		leave();
		if (this.discovery != null) {
			this.discovery.close();
		}
		if (this.client != null) {
			this.client.close();
		}
		this.timers.shutdownNow();
		this.kubernetes.close();
	}

	/**
	 * Notes what it is told: {@code 10.0.0.1 10.0.0.2:9091}, port 9090 is left out.
	 */
	final class Channel extends Listener2 {

		private final SynchronizationContext syncContext = new SynchronizationContext((thread, cause) -> {
			throw new IllegalStateException(cause);
		});

		final List<String> texts = new CopyOnWriteArrayList<>();

		final List<List<EquivalentAddressGroup>> groups = new CopyOnWriteArrayList<>();

		private final NameResolver resolver;

		private Channel(String target, Discovery discovery) {
			NameResolver.Args args = NameResolver.Args.newBuilder()
				.setDefaultPort(80)
				.setProxyDetector((address) -> null)
				.setSynchronizationContext(this.syncContext)
				.setScheduledExecutorService(LiveDiscovery.this.timers)
				.setServiceConfigParser(new NameResolver.ServiceConfigParser() {
					@Override
					public NameResolver.ConfigOrError parseServiceConfig(java.util.Map<String, ?> raw) {
						return NameResolver.ConfigOrError.fromConfig(raw);
					}
				})
				.setArg(KubernetesNameResolverProvider.DISCOVERY, discovery)
				.build();
			NameResolverProvider provider = target.startsWith("k8s-dns:") ? new KubernetesDnsNameResolverProvider()
					: new KubernetesNameResolverProvider();
			this.resolver = Objects.requireNonNull(provider.newNameResolver(Uri.create(target), args));
			this.syncContext.execute(() -> this.resolver.start(this));
		}

		String authority() {
			return this.resolver.getServiceAuthority();
		}

		void shutdown() {
			this.syncContext.execute(this.resolver::shutdown);
		}

		String last() {
			return this.texts.isEmpty() ? "nothing" : this.texts.get(this.texts.size() - 1);
		}

		void awaits(String text) {
			await().atMost(SOON)
				.pollInterval(Duration.ofMillis(10))
				.untilAsserted(() -> assertThat(last()).isEqualTo(text));
		}

		@Override
		public Status onResult2(ResolutionResult result) {
			this.syncContext.throwIfNotInThisSynchronizationContext();
			var addresses = result.getAddressesOrError();
			this.groups.add(addresses.hasValue() ? addresses.getValue() : List.of());
			this.texts.add(!addresses.hasValue() ? addresses.getStatus().toString()
					: String.join(" ",
							addresses.getValue()
								.stream()
								.map((group) -> group.getAddresses().get(0).toString().replaceAll("^/|:9090$", ""))
								.toList()));
			return Status.OK;
		}

		@Override
		public void onResult(ResolutionResult result) {
			throw new IllegalStateException("onResult2 is the one to call");
		}

		@Override
		public void onError(Status error) {
			throw new IllegalStateException("onResult2 is the one to call");
		}

	}

}
