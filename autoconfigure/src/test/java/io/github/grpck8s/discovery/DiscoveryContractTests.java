package io.github.grpck8s.discovery;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.grpck8s.ManualTime;
import io.grpc.NameResolver;
import io.grpc.NameResolver.Listener2;
import io.grpc.NameResolver.ResolutionResult;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.grpc.Uri;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

import static io.github.grpck8s.discovery.ScriptedApi.event;
import static io.github.grpck8s.discovery.ScriptedApi.item;
import static io.github.grpck8s.discovery.ScriptedApi.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What a resolver promises to its channel, to its process and to the API server.
 */
@Timeout(60)
class DiscoveryContractTests {

	private static final DiscoverySettings DEFAULTS = new DiscoverySettings(null, null, null, IpFamily.AUTO, false,
			Duration.ofSeconds(150), Duration.ofMinutes(10), Duration.ofSeconds(15));

	private final ManualTime time = new ManualTime();

	private final ScriptedApi api = new ScriptedApi();

	private final EndpointSliceHub hub = hub(this.api, 1);

	private final SynchronizationContext syncContext = new SynchronizationContext((thread, cause) -> {
		throw new IllegalStateException(cause);
	});

	@Test
	void r03_namespaceIsThatOfTargetThenSettingThenAccountThenKubeconfig(@TempDir Path directory) throws Exception {
		Path mounted = directory.resolve("namespace");
		String before = System.getProperty("kubenamespace");
		System.setProperty("kubenamespace", mounted.toString());
		try {
			assertThatIllegalArgumentException().isThrownBy(() -> authority("k8s:///users", null, null))
				.withMessageContaining("names no namespace")
				.withMessageContaining("k8s:///users.namespace:port");
			assertThat(authority("k8s:///users", null, "kubeconfig")).isEqualTo("users.kubeconfig.svc");
			Files.writeString(mounted, "account\n");
			assertThat(authority("k8s:///users", null, "kubeconfig")).isEqualTo("users.account.svc");
			assertThat(authority("k8s:///users", "setting", "kubeconfig")).isEqualTo("users.setting.svc");
			assertThat(authority("k8s:///users.target", "setting", "kubeconfig")).isEqualTo("users.target.svc");
		}
		finally {
			if (before != null) {
				System.setProperty("kubenamespace", before);
			}
			else {
				System.clearProperty("kubenamespace");
			}
		}
	}

	@Test
	void r05_startOnlyHandsOverAndReadsNothingInTheSynchronizationContext() {
		List<Runnable> offloaded = new ArrayList<>();
		AtomicInteger asked = new AtomicInteger();
		long best = Long.MAX_VALUE;
		for (int i = 0; i < 50; i++) {
			KubernetesNameResolver resolver = new KubernetesNameResolver(Slices.USERS,
					Slices.wanted("k8s:///users.shop:grpc"), (service, changed) -> {
						assertThat(isIn(this.syncContext)).as("files are read in the synchronization context")
							.isFalse();
						asked.incrementAndGet();
						return CompletableFuture.completedFuture(this.hub.subscribe(service, DEFAULTS, changed));
					}, Duration.ofSeconds(15),
					new ChannelContext(this.syncContext, this.time, offloaded::add, this.time::nanos));
			long begin = System.nanoTime();
			this.syncContext.execute(() -> resolver.start(new Told()));
			best = Math.min(best, System.nanoTime() - begin);
		}
		assertThat(asked).hasValue(0);
		assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofMillis(10));
		offloaded.forEach(Runnable::run);
		assertThat(asked).hasValue(50);
	}

	@Test
	void r06_nothingIsToldAfterShutdownInAnyOrderOfEvents() {
		Random random = new Random(6);
		int told = 0;
		for (int i = 0; i < 10_000; i++) {
			Told listener = new Told();
			KubernetesNameResolver resolver = resolver(this.hub, listener, this.time);
			boolean started = false;
			for (int step = random.nextInt(6); step >= 0; step--) {
				switch (random.nextInt(5)) {
					case 0 -> {
						if (!started) {
							this.syncContext.execute(() -> resolver.start(listener));
							started = true;
						}
					}
					case 1 -> happen(random);
					case 2 -> this.time.passMillis(random.nextInt(200));
					case 3 -> this.time.settle();
					default -> this.syncContext.execute(resolver::refresh);
				}
			}
			this.syncContext.execute(resolver::shutdown);
			listener.late = true;
			happen(random);
			this.time.passMillis(random.nextInt(200));
			told += listener.count;
			assertThat(listener.lateCount).as("interleaving %s", i).isZero();
		}
		assertThat(told).as("the test tells something at all").isGreaterThan(1_000);
	}

	@Test
	void r06_nothingIsToldAfterShutdownWhateverTheThreads() throws Exception {
		ScheduledExecutorService timers = Executors.newScheduledThreadPool(2);
		ExecutorService others = Executors.newFixedThreadPool(2);
		try {
			for (int i = 0; i < 300; i++) {
				ScriptedApi scripted = new ScriptedApi();
				EndpointSliceHub real = new EndpointSliceHub(() -> scripted, () -> timers, System::nanoTime,
						new Random(i));
				Subscription subscription = real.subscribe(Slices.USERS, DEFAULTS, () -> {
				});
				while (scripted.requests.isEmpty()) {
					Thread.onSpinWait();
				}
				scripted.last().answer(200, list("1", item("a", "1", "10.0.0.1")));
				SynchronizationContext own = new SynchronizationContext((thread, cause) -> {
					throw new IllegalStateException(cause);
				});
				Told listener = new Told();
				KubernetesNameResolver resolver = new KubernetesNameResolver(Slices.USERS,
						Slices.wanted("k8s:///users.shop:grpc"), Slices.source(real, DEFAULTS), Duration.ofSeconds(15),
						new ChannelContext(own, timers, others, System::nanoTime));
				CountDownLatch done = new CountDownLatch(1);
				own.execute(() -> resolver.start(listener));
				others.execute(() -> {
					for (int version = 2; version < 20; version++) {
						scripted.last().send(event("MODIFIED", item("a", "" + version, "10.0.0." + version)));
					}
					done.countDown();
				});
				own.execute(() -> {
					resolver.shutdown();
					listener.late = true;
				});
				assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
				assertThat(listener.lateCount).as("round %s", i).isZero();
				subscription.close();
			}
		}
		finally {
			others.shutdownNow();
			timers.shutdownNow();
		}
	}

	@Test
	void r42_laterDenialIsLoggedOnceInFiveMinutes() {
		Warnings warnings = new Warnings();
		try {
			Told told = new Told();
			this.syncContext.execute(() -> resolver(this.hub, told, this.time).start(told));
			this.time.settle();
			this.api.last().answer(200, list("1", item("a", "1", "10.0.0.1")));
			this.api.last().open();
			this.api.last().end();
			int refused = 0;
			for (int second = 0; second < 600; second++) {
				if (!answered(this.api)) {
					this.api.last().answer(403, "");
					refused++;
				}
				this.time.pass(Duration.ofSeconds(1));
			}
			assertThat(refused).isGreaterThan(15);
			assertThat(warnings.count()).isBetween(2, 3);
			assertThat(told.count).isOne();
		}
		finally {
			warnings.close();
		}
	}

	@Test
	void r45_hundredClientsComeBackSpread() {
		List<ScriptedApi> apis = new ArrayList<>();
		List<EndpointSource> sources = new ArrayList<>();
		for (int client = 0; client < 100; client++) {
			ScriptedApi each = new ScriptedApi();
			apis.add(each);
			EndpointSource source = new EndpointSource(Slices.USERS, each, this.time, this.time::nanos,
					new Random(client), Duration.ofMinutes(30), new DiscoveryCounters(), new Deaf());
			sources.add(source);
			source.start();
			this.time.settle();
			each.last().answer(200, list("1", item("a", "1", "10.0.0.1")));
			each.last().open();
		}
		apis.forEach((each) -> each.last().cut());
		Map<Long, Integer> seconds = new TreeMap<>();
		long first = Long.MAX_VALUE;
		long last = 0;
		boolean down = true;
		long begin = this.time.millis();
		long up = 0;
		int[] seen = new int[100];
		for (int client = 0; client < 100; client++) {
			seen[client] = apis.get(client).requests.size();
		}
		boolean[] cameBack = new boolean[100];
		for (int step = 0; step < 80_000 / 10; step++) {
			this.time.passMillis(10);
			if (down && this.time.millis() - begin >= 60_000) {
				down = false;
				up = this.time.millis();
			}
			for (int client = 0; client < 100; client++) {
				if (apis.get(client).requests.size() == seen[client]) {
					continue;
				}
				seen[client] = apis.get(client).requests.size();
				if (!cameBack[client]) {
					cameBack[client] = true;
					first = Math.min(first, this.time.millis());
					last = Math.max(last, this.time.millis());
				}
				if (down) {
					apis.get(client).last().cut();
				}
				else {
					seconds.merge((this.time.millis() - up) / 1000, 1, Integer::sum);
					apis.get(client).last().open();
				}
			}
		}
		assertThat(last - first).as("first return").isBetween(2_000L, 3_010L);
		assertThat(seconds).as("after 60 s")
			.allSatisfy((second, requests) -> assertThat(requests).isLessThanOrEqualTo(25));
		sources.forEach(EndpointSource::close);
	}

	@Test
	void r50_tokenOfTheServiceAccountIsReadAnew(@TempDir Path directory) throws Exception {
		Map<String, @Nullable String> before = new TreeMap<>();
		try (LiveDiscovery live = new LiveDiscovery()) {
			Path token = Files.writeString(directory.resolve("token"), "first\n");
			Map<String, String> pod = Map.of("kubernetes.auth.tryKubeConfig", "false", "kubernetes.master",
					live.kubernetes.url(), "kubernetes.auth.serviceAccount.token", token.toString(), "kubenamespace",
					Files.writeString(directory.resolve("namespace"), "shop").toString());
			pod.forEach((name, value) -> before.put(name, String.valueOf(System.setProperty(name, value))));
			live.kubernetes.acceptToken("first");
			live.kubernetes.service("shop", "users").add(io.github.grpck8s.test.FakePod.of("a", "10.0.0.1"));
			live.useProcess();
			LiveDiscovery.Channel channel = live.channel("k8s:///users:grpc", "10.0.0.1");
			Path next = Files.writeString(directory.resolve("next"), "second\n");
			Files.move(next, token, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
			live.kubernetes.acceptToken("second");
			live.kubernetes.openWatchStreams().end();
			live.kubernetes.service("shop", "users").add(io.github.grpck8s.test.FakePod.of("b", "10.0.0.2"));
			channel.awaits("10.0.0.1 10.0.0.2");
			assertThat(live.kubernetes.lists()).isOne();
			assertThat(live.kubernetes.watches()).isEqualTo(2);
		}
		finally {
			before.forEach((name, value) -> {
				if ("null".equals(value)) {
					System.clearProperty(name);
				}
				else {
					System.setProperty(name, value);
				}
			});
		}
	}

	@Test
	void r53_subscriberThatFailsDoesNotStopOthers() {
		this.hub.subscribe(Slices.USERS, DEFAULTS, () -> {
			throw new IllegalStateException("on purpose");
		});
		Told told = new Told();
		this.syncContext.execute(() -> resolver(this.hub, told, this.time).start(told));
		this.time.settle();
		this.api.last().answer(200, list("1", item("a", "1", "10.0.0.1")));
		this.api.last().open();
		this.time.pass(Duration.ofSeconds(1));
		this.api.last().send(event("MODIFIED", item("a", "2", "10.0.0.2")));
		this.time.pass(Duration.ofSeconds(1));
		assertThat(told.last).hasSize(1);
		assertThat(told.count).isGreaterThanOrEqualTo(2);
		assertThat(this.api.watches()).isOne();
	}

	@Test
	void r58_twentyThousandEndpointsThatRollAreToldOncePerWindow() {
		Told told = new Told();
		this.syncContext.execute(() -> resolver(this.hub, told, this.time).start(told));
		this.time.settle();
		List<String> items = new ArrayList<>();
		for (int slice = 0; slice < 200; slice++) {
			items.add(item("s" + slice, "1", addresses(slice, 0)));
		}
		this.api.last().answer(200, list("1", items.toArray(String[]::new)));
		this.api.last().open();
		this.time.settle();
		assertThat(told.last).hasSize(20_000);
		int most = 0;
		for (int write = 0; write < 400; write++) {
			int slice = write % 200;
			this.api.last()
				.send(event("MODIFIED", item("s" + slice, "" + (write + 2), addresses(slice, write / 200 + 1))));
			this.time.passMillis(5);
			most = Math.max(most, this.time.pending());
		}
		assertThat(most).as("work that waits").isLessThanOrEqualTo(4);
		assertThat(told.count).isBetween(10, 25);
		this.time.pass(Duration.ofSeconds(1));
		assertThat(told.last).hasSize(20_000);
	}

	@Test
	void r90_listenerHearsWhatHappens() {
		List<String> heard = new ArrayList<>();
		this.hub.listeners().add(new DiscoveryListener() {
			@Override
			public void told(String service, String tier, Map<String, Integer> zones, long delayNanos,
					boolean topologyUnknown) {
				heard.add(service + " told " + tier + " " + zones + " after "
						+ TimeUnit.NANOSECONDS.toMillis(delayNanos) + " ms");
			}

			@Override
			public void relisted(String service) {
				heard.add("relisted");
			}

			@Override
			public void restarted(String service, String reason) {
				heard.add(reason);
			}

			@Override
			public void failed(String service, String code, boolean stale) {
				heard.add("failed " + code + " " + stale);
			}

			@Override
			public void ended(String service) {
				throw new IllegalStateException("on purpose");
			}
		});
		this.hub.listeners().add(new DiscoveryListener() {
			@Override
			public void ended(String service) {
				heard.add("ended " + service);
			}
		});
		Told told = new Told();
		KubernetesNameResolver resolver = resolver(this.hub, told, this.time);
		this.syncContext.execute(() -> resolver.start(told));
		this.time.settle();
		this.api.last().answer(500, "no leader");
		this.time.pass(Duration.ofSeconds(4));
		this.api.last().answer(200, list("1", item("a", "1", "10.0.0.1")));
		this.api.last().open();
		this.time.settle();
		this.api.last().send(event("MODIFIED", item("a", "2", "10.0.0.1", "10.0.0.2")));
		this.time.passMillis(40);
		this.api.last().send(event("MODIFIED", item("a", "3", "10.0.0.1", "10.0.0.2", "10.0.0.3")));
		this.time.passMillis(100);
		this.api.last().end();
		this.time.pass(Duration.ofSeconds(2));
		this.api.last().answer(410, "");
		this.time.pass(Duration.ofSeconds(1));
		this.api.last().answer(200, list("4", item("a", "3", "10.0.0.1", "10.0.0.2", "10.0.0.3")));
		this.api.last().cut();
		this.time.settle();
		assertThat(heard).containsExactly("failed 500 false", "shop/users told ready {unknown=1} after 0 ms",
				"shop/users told ready {unknown=3} after 100 ms", "ended", "expired", "relisted",
				"failed unreachable true");
		heard.clear();
		this.syncContext.execute(resolver::shutdown);
		this.time.pass(Duration.ofMinutes(11));
		assertThat(heard).endsWith("ended shop/users");
	}

	private static String[] addresses(int slice, int round) {
		String[] addresses = new String[100];
		for (int i = 0; i < addresses.length; i++) {
			addresses[i] = "10." + (slice + 1) + "." + round + "." + (i + 1);
		}
		return addresses;
	}

	private void happen(Random random) {
		if (this.api.requests.isEmpty()) {
			return;
		}
		ScriptedApi.Request request = this.api.last();
		String item = item("a", "" + (this.time.nanos() / 1_000), "10.0.0." + (random.nextInt(9) + 1));
		if (!request.isWatch()) {
			request.answer(200, list("1", item));
			this.api.last().open();
		}
		else {
			request.send(event("MODIFIED", item));
		}
	}

	private static boolean answered(ScriptedApi scripted) {
		return scripted.last().answered;
	}

	private EndpointSliceHub hub(ScriptedApi scripted, long seed) {
		return new EndpointSliceHub(() -> scripted, () -> this.time, this.time::nanos, new Random(seed));
	}

	private KubernetesNameResolver resolver(EndpointSliceHub from, Told told, ManualTime timers) {
		told.syncContext = this.syncContext;
		return new KubernetesNameResolver(Slices.USERS, Slices.wanted("k8s:///users.shop:grpc"),
				Slices.source(from, DEFAULTS), Duration.ofSeconds(15),
				new ChannelContext(this.syncContext, timers, timers, this.time::nanos));
	}

	private static boolean isIn(SynchronizationContext context) {
		try {
			context.throwIfNotInThisSynchronizationContext();
			return true;
		}
		catch (IllegalStateException ex) {
			return false;
		}
	}

	private String authority(String target, @Nullable String setting, @Nullable String kubeconfig) {
		DiscoverySettings settings = new DiscoverySettings(setting, null, null, IpFamily.AUTO, false,
				Duration.ofSeconds(150), Duration.ofMinutes(10), Duration.ofSeconds(15));
		Discovery discovery = new Discovery(settings, () -> new ClusterAccess() {
			@Override
			public String identity() {
				throw new IllegalStateException("asked before a resolver started");
			}

			@Override
			public @Nullable String namespace() {
				return kubeconfig;
			}

			@Override
			public ApiServer connect() {
				throw new IllegalStateException("asked before a resolver started");
			}
		});
		NameResolver.Args args = NameResolver.Args.newBuilder()
			.setDefaultPort(80)
			.setProxyDetector((address) -> null)
			.setSynchronizationContext(this.syncContext)
			.setScheduledExecutorService(this.time)
			.setServiceConfigParser(new NameResolver.ServiceConfigParser() {
				@Override
				public NameResolver.ConfigOrError parseServiceConfig(Map<String, ?> raw) {
					return NameResolver.ConfigOrError.fromConfig(raw);
				}
			})
			.setArg(KubernetesNameResolverProvider.DISCOVERY, discovery)
			.build();
		NameResolver resolver = new KubernetesNameResolverProvider().newNameResolver(Uri.create(target), args);
		assertThat(resolver).isNotNull();
		return java.util.Objects.requireNonNull(resolver).getServiceAuthority();
	}

	private static final class Told extends Listener2 {

		private @Nullable SynchronizationContext syncContext;

		private volatile boolean late;

		private int count;

		private volatile int lateCount;

		private List<?> last = List.of();

		@Override
		public Status onResult2(ResolutionResult result) {
			if (this.syncContext != null) {
				this.syncContext.throwIfNotInThisSynchronizationContext();
			}
			if (this.late) {
				this.lateCount = this.lateCount + 1;
			}
			this.count++;
			this.last = result.getAddressesOrError().hasValue() ? result.getAddressesOrError().getValue() : List.of();
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

	/**
	 * Hears nothing.
	 */
	private static final class Deaf implements SliceReceiver {

		@Override
		public void listed(java.util.Collection<Slice> slices, @Nullable String version) {
		}

		@Override
		public void restored(java.util.Collection<Slice> slices, String version) {
		}

		@Override
		public void absent(String why) {
		}

		@Override
		public void changed(Slice slice) {
		}

		@Override
		public void deleted(String name, @Nullable String uid, @Nullable String version) {
		}

		@Override
		public void alive() {
		}

		@Override
		public void failed(Problem problem) {
		}

		@Override
		public void restarted(String why) {
		}

	}

	/**
	 * Counts the warnings that the room logs, whichever way they take.
	 */
	private static final class Warnings {

		private static final String NAME = "io.github.grpck8s.discovery";

		private final ListAppender<ILoggingEvent> logback = new ListAppender<>();

		private final AtomicInteger jul = new AtomicInteger();

		private final Handler handler = new Handler() {
			@Override
			public void publish(LogRecord record) {
				if (record.getLevel().intValue() >= java.util.logging.Level.WARNING.intValue()) {
					Warnings.this.jul.incrementAndGet();
				}
			}

			@Override
			public void flush() {
			}

			@Override
			public void close() {
			}
		};

		// a logger that nobody holds is collected with its handlers
		private final java.util.logging.Logger julLogger = java.util.logging.Logger.getLogger(NAME);

		Warnings() {
			this.logback.start();
			((Logger) LoggerFactory.getLogger(NAME)).addAppender(this.logback);
			this.julLogger.addHandler(this.handler);
		}

		int count() {
			long direct = this.logback.list.stream()
				.filter((event) -> event.getLevel().isGreaterOrEqual(ch.qos.logback.classic.Level.WARN))
				.count();
			return Math.max((int) direct, this.jul.get());
		}

		void close() {
			((Logger) LoggerFactory.getLogger(NAME)).detachAppender(this.logback);
			this.julLogger.removeHandler(this.handler);
		}

	}

}
