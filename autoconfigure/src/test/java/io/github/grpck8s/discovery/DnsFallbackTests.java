package io.github.grpck8s.discovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.github.grpck8s.ManualTime;
import io.grpc.NameResolver.Listener2;
import io.grpc.NameResolver.ResolutionResult;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static io.github.grpck8s.discovery.ScriptedApi.item;
import static io.github.grpck8s.discovery.ScriptedApi.list;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a channel is told what DNS says instead of the slices, with time that stands
 * still.
 */
class DnsFallbackTests {

	private final ManualTime time = new ManualTime();

	private final ScriptedApi api = new ScriptedApi();

	private final EndpointSliceHub hub = new EndpointSliceHub(() -> this.api, () -> this.time, this.time::nanos,
			new Random(1));

	private final SynchronizationContext syncContext = new SynchronizationContext((thread, cause) -> {
		throw new IllegalStateException(cause);
	});

	private final DiscoverySettings settings = new DiscoverySettings(null, null, null, IpFamily.AUTO, false,
			Duration.ofSeconds(150), Duration.ofMinutes(10), Duration.ofSeconds(15));

	private final List<Boolean> fellBack = new ArrayList<>();

	private final DiscoveryListeners listeners = new DiscoveryListeners();

	private final Dns dns = new Dns();

	private final Told told = new Told();

	private final KubernetesNameResolver resolver = new KubernetesNameResolver(Slices.USERS,
			Slices.wanted("k8s:///users.shop:grpc"), Slices.source(this.hub, this.settings), this.dns,
			new FallbackLog(this.listeners), this.settings.initialTimeout(),
			new ChannelContext(this.syncContext, this.time, this.time, this.time::nanos));

	@Test
	void deniedListIsNotToldWhileDnsIsAsked() {
		start();
		this.api.last().answer(403, "{}");
		this.time.pass(Duration.ofSeconds(1));
		assertThat(this.dns.open).isEqualTo(1);
		assertThat(this.told.texts).isEmpty();
		this.dns.say("10.0.0.1");
		this.time.settle();
		assertThat(this.told.texts).containsExactly("10.0.0.1");
		assertThat(this.fellBack).containsExactly(true);
	}

	@Test
	void dnsThatSaysNothingLeavesTheRoleToBeTold() {
		start();
		this.api.last().answer(403, "{}");
		this.time.pass(Duration.ofSeconds(14));
		assertThat(this.told.texts).isEmpty();
		this.time.pass(Duration.ofSeconds(2));
		assertThat(this.told.texts).singleElement().asString().contains("kind: RoleBinding");
		assertThat(this.fellBack).isEmpty();
	}

	@Test
	void grantEndsTheQuestions() {
		start();
		this.api.last().answer(401, "{}");
		this.time.settle();
		this.dns.say("10.0.0.1");
		this.time.pass(Duration.ofSeconds(3));
		this.api.last().answer(200, list("7", item("a", "5", "10.0.0.2")));
		this.api.last().open();
		this.time.pass(Duration.ofSeconds(1));
		assertThat(this.told.texts).containsExactly("10.0.0.1", "10.0.0.2");
		assertThat(this.dns.open).isZero();
		assertThat(this.fellBack).containsExactly(true, false);
	}

	@Test
	void r42_roleThatIsTakenAwayLaterLeavesTheLastKnownForAMinute() {
		start();
		this.api.last().answer(200, list("7", item("a", "5", "10.0.0.1")));
		this.api.last().open();
		this.api.last().answer(403, "{}");
		long begin = this.time.millis();
		while (this.time.millis() - begin < 59_000) {
			assertThat(this.dns.open).isZero();
			deny();
		}
		while (this.dns.open == 0) {
			deny();
		}
		assertThat(this.time.millis() - begin).isBetween(60_000L, 100_000L);
		assertThat(this.told.texts).containsExactly("10.0.0.1");
		this.dns.absent();
		this.time.settle();
		assertThat(this.told.texts).as("what is known is better than nothing").containsExactly("10.0.0.1");
		this.dns.say("10.0.0.2");
		this.time.pass(Duration.ofSeconds(1));
		assertThat(this.told.texts).containsExactly("10.0.0.1", "10.0.0.2");
		this.dns.absent();
		this.time.pass(Duration.ofSeconds(2));
		assertThat(this.told.texts).as("DNS is believed by then").endsWith("");
	}

	@Test
	void outageAfterTheFirstListIsNoReasonToAskDns() {
		start();
		this.api.last().answer(200, list("7", item("a", "5", "10.0.0.1")));
		this.api.last().open();
		for (int i = 0; i < 50; i++) {
			this.api.last().cut();
			this.time.pass(Duration.ofSeconds(31));
		}
		assertThat(this.dns.open).isZero();
		assertThat(this.told.texts).containsExactly("10.0.0.1");
	}

	@Test
	void configurationThatCannotBeUsedIsAReasonToAskDns() {
		KubernetesNameResolver broken = new KubernetesNameResolver(Slices.USERS,
				Slices.wanted("k8s:///users.shop:grpc"),
				(service, changed) -> CompletableFuture.failedFuture(new IllegalStateException("no such file")),
				this.dns, new FallbackLog(this.listeners), this.settings.initialTimeout(),
				new ChannelContext(this.syncContext, this.time, this.time, this.time::nanos));
		this.syncContext.execute(() -> broken.start(this.told));
		this.time.settle();
		this.dns.say("10.0.0.1");
		this.time.pass(Duration.ofMinutes(1));
		assertThat(this.told.texts).containsExactly("10.0.0.1");
		this.syncContext.execute(broken::shutdown);
		this.time.pass(Duration.ofMinutes(1));
		assertThat(this.dns.open).isZero();
	}

	private void start() {
		this.listeners.add(new DiscoveryListener() {

			@Override
			public void fellBack(String service, boolean dns) {
				DnsFallbackTests.this.fellBack.add(dns);
			}

		});
		this.syncContext.execute(() -> this.resolver.start(this.told));
		this.time.settle();
	}

	private void deny() {
		this.time.pass(Duration.ofMillis(500));
		if (!this.api.last().answered) {
			this.api.last().answer(403, "{}");
			this.time.settle();
		}
	}

	/**
	 * DNS that says what a test lets it say.
	 */
	private final class Dns implements Source {

		private final ServiceWatch watch = new ServiceWatch(Slices.USERS, DnsFallbackTests.this.time,
				DnsFallbackTests.this.time::nanos, (slices) -> {
				}, DnsFallbackTests.this.listeners);

		int open;

		@Override
		public CompletableFuture<Subscription> subscribe(ServiceKey service, Runnable changed) {
			this.open++;
			this.watch.subscribe(changed);
			return CompletableFuture.completedFuture(new Subscription() {

				@Override
				public WatchState state() {
					return Dns.this.watch.state();
				}

				@Override
				public DiscoveryListener listener() {
					return DnsFallbackTests.this.listeners;
				}

				@Override
				public void close() {
					Dns.this.open--;
					Dns.this.watch.unsubscribe(changed);
				}

			});
		}

		void say(String... addresses) {
			this.watch.listed(DnsAnswer.of("grpc",
					Stream.of(addresses).map((address) -> new DnsAnswer.Pod(Slices.inet(address), 9090, null)).toList())
				.slices(), null);
		}

		void absent() {
			this.watch.absent("DNS knows no ready pod");
		}

	}

	private static final class Told extends Listener2 {

		final List<String> texts = new ArrayList<>();

		@Override
		public Status onResult2(ResolutionResult result) {
			var addresses = result.getAddressesOrError();
			this.texts.add(!addresses.hasValue() ? String.valueOf(addresses.getStatus().getDescription())
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
		public void onError(@Nullable Status error) {
			throw new IllegalStateException("onResult2 is the one to call");
		}

	}

}
