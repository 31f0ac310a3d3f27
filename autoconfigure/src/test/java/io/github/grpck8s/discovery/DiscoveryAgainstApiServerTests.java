package io.github.grpck8s.discovery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.github.grpck8s.test.FakeKubernetes;
import io.github.grpck8s.test.FakePod;
import io.github.grpck8s.test.FakePort;
import io.github.grpck8s.test.FakeService;
import io.github.grpck8s.test.FakeService.Move;
import io.github.grpck8s.test.Fault;
import io.grpc.NameResolver;
import io.grpc.NameResolver.Listener2;
import io.grpc.NameResolver.ResolutionResult;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.grpc.Uri;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The whole room over real HTTP, found by gRPC through the class path.
 */
@Timeout(60)
class DiscoveryAgainstApiServerTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final FakeKubernetes kubernetes = FakeKubernetes.start();

	private final FakeService users = this.kubernetes.service("shop", "users").ports(FakePort.of("grpc", 9090));

	private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);

	private final List<Channel> channels = new ArrayList<>();

	private final List<AutoCloseable> toClose = new ArrayList<>();

	private @Nullable Discovery discovery;

	@BeforeEach
	void pods() {
		this.users.add(FakePod.of("a", "10.0.0.1"), FakePod.of("b", "10.0.0.2"));
	}

	@AfterEach
	void close() throws Exception {
		this.channels.forEach(Channel::shutdown);
		for (AutoCloseable each : this.toClose) {
			each.close();
		}
		this.timers.shutdownNow();
		this.kubernetes.close();
	}

	@Test
	void r02_bothOverloadsResolveAndOthersAreLeftAlone() throws Exception {
		use(kubeconfig("shop"));
		var provider = new KubernetesNameResolverProvider();
		var args = args(new SynchronizationContext((thread, cause) -> {
		}));
		assertThat(provider.newNameResolver(java.net.URI.create("k8s:///users:grpc"), args)).isNotNull();
		assertThat(provider.newNameResolver(Uri.create("k8s:///users:grpc"), args)).isNotNull();
		assertThat(provider.newNameResolver(java.net.URI.create("dns:///users"), args)).isNull();
		assertThat(provider.newNameResolver(Uri.create("dns:///users"), args)).isNull();
		assertThat(NameResolverRegistry.getDefaultRegistry().getProviderForScheme("k8s"))
			.isInstanceOf(KubernetesNameResolverProvider.class);
		assertThat(this.kubernetes.requests()).as("asked before a resolver started").isEmpty();
	}

	@Test
	void r05_startReturnsAtOnceWithTheApiServerDown() throws Exception {
		this.kubernetes.down();
		use(kubeconfig("shop"));
		long before = System.nanoTime();
		Channel channel = channel("k8s:///users:grpc");
		assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
		assertThat(channel.texts).isEmpty();
	}

	@Test
	void scalesRollsAndMoves() throws Exception {
		use(kubeconfig("shop"));
		Channel channel = channel("k8s:///users:grpc");
		channel.awaits("10.0.0.1 10.0.0.2");
		this.users.add(FakePod.of("c", "10.0.0.3"));
		channel.awaits("10.0.0.1 10.0.0.2 10.0.0.3");
		this.users.terminate("a");
		channel.awaits("10.0.0.2 10.0.0.3");
		this.users.remove("a", "b");
		channel.awaits("10.0.0.3");
		assertThat(this.kubernetes.lists()).isEqualTo(1);
		assertThat(this.kubernetes.watches()).isEqualTo(1);
	}

	@Test
	void r35_manyPagesAreOneEmission() throws Exception {
		for (int i = 0; i < 3; i++) {
			this.users.slice("extra-" + i).ports(FakePort.of("grpc", 9090)).add(FakePod.of("x" + i, "10.0.1." + i));
		}
		use(kubeconfig("shop"));
		Channel channel = channel("k8s:///users:grpc");
		channel.awaits("10.0.0.1 10.0.0.2 10.0.1.0 10.0.1.1 10.0.1.2");
		assertThat(channel.texts).hasSize(1);
	}

	@Test
	void r36_cutAndExpiredWatchesAreNotNoticed() throws Exception {
		use(kubeconfig("shop"));
		Channel channel = channel("k8s:///users:grpc");
		channel.awaits("10.0.0.1 10.0.0.2");
		this.kubernetes.awaitOpenWatches(1, SOON);
		this.kubernetes.compact();
		this.kubernetes.openWatchStreams().expire();
		this.kubernetes.awaitLists(2, SOON);
		this.kubernetes.awaitOpenWatches(1, SOON);
		this.kubernetes.openWatchStreams().end();
		this.kubernetes.awaitWatches(3, SOON);
		this.kubernetes.awaitOpenWatches(1, SOON);
		this.kubernetes.openWatchStreams().cut();
		this.kubernetes.awaitWatches(4, SOON);
		this.users.add(FakePod.of("c", "10.0.0.3"));
		channel.awaits("10.0.0.1 10.0.0.2 10.0.0.3");
		assertThat(channel.texts).hasSize(2);
	}

	@Test
	void r39_outageKeepsTheLastAnswer() throws Exception {
		use(kubeconfig("shop"));
		Channel channel = channel("k8s:///users:grpc");
		channel.awaits("10.0.0.1 10.0.0.2");
		this.kubernetes.awaitOpenWatches(1, SOON);
		this.kubernetes.down();
		this.users.remove("a");
		await().ignoreExceptions().atMost(SOON).until(() -> {
			this.kubernetes.up();
			return true;
		});
		channel.awaits("10.0.0.2");
		assertThat(channel.texts).containsExactly("10.0.0.1 10.0.0.2", "10.0.0.2");
	}

	@Test
	void r40_apiServerThatComesLateIsWaitedFor() throws Exception {
		this.kubernetes.down();
		use(kubeconfig("shop"), Duration.ofMillis(500));
		Channel channel = channel("k8s:///users:grpc");
		await().atMost(SOON).until(() -> !channel.texts.isEmpty());
		assertThat(channel.texts).first().asString().contains("cannot be reached").contains(this.kubernetes.url());
		this.kubernetes.up();
		await().atMost(Duration.ofSeconds(32)).until(() -> channel.last().equals("10.0.0.1 10.0.0.2"));
	}

	@Test
	void r41_missingRoleIsNamedAndItsGrantIsNoticed() throws Exception {
		Fault forbidden = this.kubernetes.inject(Fault.forbidden());
		use(kubeconfig("shop"));
		Channel channel = channel("k8s:///users:grpc");
		await().atMost(Duration.ofSeconds(5)).until(() -> !channel.texts.isEmpty());
		assertThat(channel.last()).contains("Not allowed to list endpointslices in namespace shop")
			.contains("kind: Role");
		this.kubernetes.heal(forbidden);
		await().atMost(Duration.ofSeconds(20)).until(() -> channel.last().equals("10.0.0.1 10.0.0.2"));
	}

	@Test
	void r48_hundredChannelsShareOneWatchAndLeaveNothing() throws Exception {
		use(kubeconfig("shop"));
		// what another test's channel left to linger is not ours
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		for (int i = 0; i < 100; i++) {
			channel("k8s:///users:grpc");
		}
		for (Channel channel : this.channels) {
			channel.awaits("10.0.0.1 10.0.0.2");
		}
		this.kubernetes.awaitOpenWatches(1, SOON);
		assertThat(this.kubernetes.lists()).isEqualTo(1);
		assertThat(this.kubernetes.watches()).isEqualTo(1);
		this.channels.forEach(Channel::shutdown);
		for (AutoCloseable each : this.toClose) {
			each.close();
		}
		this.toClose.clear();
		this.kubernetes.awaitOpenWatches(0, SOON);
		await().atMost(Duration.ofSeconds(15))
			.untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
				.filteredOn((thread) -> !before.contains(thread))
				.extracting(Thread::getName)
				.noneMatch((name) -> name.startsWith("grpc-k8s-discovery")));
	}

	@Test
	void r49_onlyOneNamespaceIsAsked() throws Exception {
		use(kubeconfig("shop"));
		channel("k8s:///users:grpc").awaits("10.0.0.1 10.0.0.2");
		assertThat(this.kubernetes.requests()).allSatisfy((request) -> assertThat(request.path())
			.startsWith("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices"));
	}

	@Test
	void r50_tokenFileOfAKubeconfigIsReadAnew(@TempDir Path directory) throws Exception {
		Path token = Files.writeString(directory.resolve("token"), "first\n");
		Path kubeconfig = Files.writeString(directory.resolve("config"),
				this.kubernetes.kubeconfig("shop").replaceAll("token: \"[^\"]*\"", "tokenFile: token"));
		this.kubernetes.acceptToken("first");
		use(Config.fromKubeconfig(kubeconfig.toFile()));
		Channel channel = channel("k8s:///users:grpc");
		channel.awaits("10.0.0.1 10.0.0.2");
		this.kubernetes.awaitOpenWatches(1, SOON);
		Files.writeString(token, "second\n");
		this.kubernetes.acceptToken("second");
		this.kubernetes.openWatchStreams().end();
		this.kubernetes.awaitWatches(2, SOON);
		this.users.add(FakePod.of("c", "10.0.0.3"));
		channel.awaits("10.0.0.1 10.0.0.2 10.0.0.3");
		assertThat(channel.texts).hasSize(2);
	}

	@Test
	void r51_eventsInSmallPiecesAndGarbageAreTaken() throws Exception {
		this.kubernetes.pieces(7);
		use(kubeconfig("shop"));
		Channel channel = channel("k8s:///users:grpc");
		channel.awaits("10.0.0.1 10.0.0.2");
		this.kubernetes.awaitOpenWatches(1, SOON);
		this.kubernetes.openWatchStreams().send("garbage\n{\"type\":\"ADDED\"}\n");
		this.users.add(FakePod.of("c", "10.0.0.3"));
		channel.awaits("10.0.0.1 10.0.0.2 10.0.0.3");
		assertThat(this.kubernetes.watches()).isEqualTo(1);
	}

	@Test
	void r56_movesBetweenSlicesAreNotNoticed() throws Exception {
		use(kubeconfig("shop"));
		Channel channel = channel("k8s:///users:grpc");
		channel.awaits("10.0.0.1 10.0.0.2");
		this.kubernetes.awaitOpenWatches(1, SOON);
		this.users.moveToOtherSlice("a", "other", Move.REMOVE_FIRST);
		this.users.moveToOtherSlice("b", "other", Move.ADD_FIRST);
		this.users.add(FakePod.of("c", "10.0.0.3"));
		channel.awaits("10.0.0.1 10.0.0.2 10.0.0.3");
		assertThat(channel.texts).hasSize(2);
	}

	@Test
	void r59_scaleToZeroIsToldEmpty() throws Exception {
		use(kubeconfig("shop"));
		Channel channel = channel("k8s:///users:grpc");
		channel.awaits("10.0.0.1 10.0.0.2");
		this.users.remove("a", "b");
		channel.awaits("");
	}

	@Test
	void clientOfTheApplicationIsUsed() throws Exception {
		Config config = kubeconfig("shop");
		AtomicReference<Integer> asked = new AtomicReference<>(0);
		KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
		this.toClose.add(client);
		Discovery made = Discovery.of(settings("shop", SOON), () -> {
			asked.updateAndGet((times) -> times + 1);
			return client;
		});
		made.register();
		this.toClose.add(made);
		this.discovery = made;
		assertThat(asked).hasValue(0);
		channel("k8s:///users").awaits("10.0.0.1 10.0.0.2");
		channel("k8s:///users:9090").awaits("10.0.0.1 10.0.0.2");
		assertThat(asked).hasValue(1);
	}

	private Config kubeconfig(String namespace) {
		return Config.fromKubeconfig(this.kubernetes.kubeconfigFile(namespace).toFile());
	}

	private void use(Config config) {
		use(config, Duration.ofSeconds(15));
	}

	private void use(Config config, Duration initialTimeout) {
		KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
		Discovery made = Discovery.of(settings(null, initialTimeout), () -> client);
		made.register();
		this.discovery = made;
		this.toClose.add(made);
		this.toClose.add(client);
	}

	private static DiscoverySettings settings(@Nullable String namespace, Duration initialTimeout) {
		return new DiscoverySettings(namespace, null, null, IpFamily.AUTO, false, Duration.ofSeconds(150),
				Duration.ofMinutes(10), initialTimeout);
	}

	private NameResolver.Args args(SynchronizationContext syncContext) {
		return NameResolver.Args.newBuilder()
			.setDefaultPort(80)
			.setProxyDetector((address) -> null)
			.setSynchronizationContext(syncContext)
			.setScheduledExecutorService(this.timers)
			.setServiceConfigParser(new NameResolver.ServiceConfigParser() {
				@Override
				public NameResolver.ConfigOrError parseServiceConfig(java.util.Map<String, ?> raw) {
					return NameResolver.ConfigOrError.fromConfig(raw);
				}
			})
			.build();
	}

	private Channel channel(String target) throws IOException {
		Channel channel = new Channel(target);
		this.channels.add(channel);
		return channel;
	}

	private final class Channel extends Listener2 {

		private final SynchronizationContext syncContext = new SynchronizationContext((thread, cause) -> {
			throw new IllegalStateException(cause);
		});

		private final List<String> texts = new CopyOnWriteArrayList<>();

		private final NameResolver resolver;

		Channel(String target) {
			NameResolver made = new KubernetesNameResolverProvider().newNameResolver(Uri.create(target),
					args(this.syncContext));
			assertThat(made).isNotNull();
			this.resolver = java.util.Objects.requireNonNull(made);
			this.syncContext.execute(() -> this.resolver.start(this));
		}

		void shutdown() {
			this.syncContext.execute(this.resolver::shutdown);
		}

		String last() {
			return this.texts.isEmpty() ? "nothing" : this.texts.get(this.texts.size() - 1);
		}

		void awaits(String text) {
			await().atMost(SOON).untilAsserted(() -> assertThat(last()).isEqualTo(text));
		}

		@Override
		public Status onResult2(ResolutionResult result) {
			var addresses = result.getAddressesOrError();
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
