package io.github.grpck8s.discovery;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.grpck8s.ManualTime;
import io.github.grpck8s.EndpointAttributes;
import io.github.grpck8s.discovery.DiscoverySettings.Fallback;
import io.grpc.NameResolver.Listener2;
import io.grpc.NameResolver.ResolutionResult;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.grpck8s.discovery.ScriptedApi.endpoint;
import static io.github.grpck8s.discovery.ScriptedApi.event;
import static io.github.grpck8s.discovery.ScriptedApi.item;
import static io.github.grpck8s.discovery.ScriptedApi.itemOf;
import static io.github.grpck8s.discovery.ScriptedApi.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * When a channel is told what: hub and resolver, with an API server answered by hand and
 * time that stands still.
 */
class KubernetesNameResolverTests {

	private final ManualTime time = new ManualTime();

	private final ScriptedApi api = new ScriptedApi();

	private final EndpointSliceHub hub = new EndpointSliceHub(() -> this.api, () -> this.time, this.time::nanos,
			new Random(1));

	private final SynchronizationContext syncContext = new SynchronizationContext((thread, cause) -> {
		throw new IllegalStateException(cause);
	});

	private final ChannelContext context = new ChannelContext(this.syncContext, this.time, this.time, this.time::nanos);

	private final DiscoverySettings settings = new DiscoverySettings(null, null, null, IpFamily.AUTO, false,
			Duration.ofSeconds(150), Duration.ofMinutes(10), Duration.ofSeconds(15));

	private final Recorder told = new Recorder();

	private KubernetesNameResolver resolver = resolver("k8s:///users.shop:grpc");

	@Test
	void r04_authorityIsConstant() {
		assertThat(this.resolver.getServiceAuthority()).isEqualTo("users.shop.svc");
		start();
		assertThat(this.resolver.getServiceAuthority()).isEqualTo("users.shop.svc");
	}

	@ParameterizedTest
	@ValueSource(strings = { "k8s:///users.shop:grpc", "k8s-dns:///users.shop:grpc", "k8s-dns:users.shop:grpc",
			"k8s-dns://shop/users:9090" })
	void r04_authorityIsTheSameForAllSchemes(String target) {
		try (LiveDiscovery live = new LiveDiscovery()) {
			assertThat(live.channel(target).authority()).isEqualTo("users.shop.svc");
		}
	}

	@Test
	void r06_nothingIsToldAfterShutdown() {
		synced("10.0.0.1");
		this.syncContext.execute(this.resolver::shutdown);
		this.api.last().send(event("MODIFIED", item("a", "9", "10.0.0.2")));
		this.time.pass(Duration.ofMinutes(1));
		assertThat(this.told.texts).containsExactly("10.0.0.1");
	}

	@Test
	void r06_shutdownBeforeTheSubscriptionLeavesNothing() {
		start();
		this.syncContext.execute(this.resolver::shutdown);
		this.time.pass(Duration.ofMinutes(11));
		assertThat(this.told.texts).isEmpty();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void r07_refreshAsksNobody() {
		synced("10.0.0.1");
		int requests = this.api.requests.size();
		for (int i = 0; i < 100; i++) {
			this.syncContext.execute(this.resolver::refresh);
			this.time.passMillis(10);
		}
		assertThat(this.api.requests).hasSize(requests);
		assertThat(this.told.texts).hasSize(1);
	}

	@Test
	void r09_noServiceConfigIsEmitted() {
		synced("10.0.0.1");
		assertThat(this.told.results.get(0).getServiceConfig()).isNull();
	}

	@Test
	void r30_ownZoneIsLearnedFromAnyWatchedService() {
		DiscoverySettings onNode = new DiscoverySettings(null, null, "n2", IpFamily.AUTO, false,
				Duration.ofSeconds(150), Duration.ofMinutes(10), Duration.ofSeconds(15));
		KubernetesNameResolver users = new KubernetesNameResolver(Slices.USERS,
				Slices.wanted("k8s:///users.shop:grpc",
						(any) -> new Selection(any.port(), any.family(), false, "n2", null)),
				Slices.source(this.hub, onNode), onNode.initialTimeout(), this.context);
		this.syncContext.execute(() -> users.start(this.told));
		this.time.settle();
		this.api.last()
			.answer(200, list("7", itemOf("a", "5",
					"{'addresses':['10.0.0.1'],'hints':{'forZones':[{'name':'z1'}]}},{'addresses':['10.0.0.2'],'hints':{'forZones':[{'name':'z2'}]}}"
						.replace('\'', '"'))));
		this.time.pass(Duration.ofSeconds(1));
		assertThat(this.told.texts).containsExactly("10.0.0.1 10.0.0.2");
		this.hub.subscribe(new ServiceKey("shop", "orders"), onNode, () -> {
		});
		this.time.settle();
		this.api.last()
			.answer(200, list("8",
					itemOf("o", "6", "{'addresses':['10.0.9.9'],'nodeName':'n2','zone':'z2'}".replace('\'', '"'))
						.replace("\"users\"", "\"orders\"")));
		this.time.settle();
		assertThat(this.told.texts).containsExactly("10.0.0.1 10.0.0.2", "10.0.0.2");
	}

	@Test
	void r30_ownZoneIsAskedOfTheApiServerWhereThatIsSet() {
		DiscoverySettings lookUp = new DiscoverySettings(null, null, "n2", IpFamily.AUTO, false,
				Duration.ofSeconds(150), Duration.ofMinutes(10), Duration.ofSeconds(15), Map.of(), Fallback.NONE,
				DnsSettings.DEFAULT, false, true, 0);
		KubernetesNameResolver users = new KubernetesNameResolver(Slices.USERS,
				Selection.of(KubernetesTarget.parse("k8s:///users.shop:grpc").port(), lookUp),
				Slices.source(this.hub, lookUp), lookUp.initialTimeout(), this.context);
		this.syncContext.execute(() -> users.start(this.told));
		this.time.settle();
		assertThat(this.api.requests).hasSize(2);
		ScriptedApi.Request node = this.api.requests.get(0);
		assertThat(node.path).isEqualTo("/api/v1/nodes/n2");
		this.api.last()
			.answer(200, list("7", itemOf("a", "5",
					"{'addresses':['10.0.0.1'],'hints':{'forZones':[{'name':'z1'}]}},{'addresses':['10.0.0.2'],'hints':{'forZones':[{'name':'z2'}]}}"
						.replace('\'', '"'))));
		this.time.pass(Duration.ofSeconds(1));
		assertThat(this.told.texts).containsExactly("10.0.0.1 10.0.0.2");
		node.answer(403, "{}");
		this.time.pass(Duration.ofSeconds(61));
		ScriptedApi.Request again = this.api.last();
		assertThat(again.path).as("a grant is noticed").isEqualTo("/api/v1/nodes/n2");
		again.answer(200, "{\"metadata\":{\"labels\":{\"topology.kubernetes.io/zone\":\"z2\"}}}");
		this.time.settle();
		assertThat(this.told.texts).containsExactly("10.0.0.1 10.0.0.2", "10.0.0.2");
	}

	@Test
	void r31_zoneThatIsLearnedLateIsToldOnceAndOnlyWhereItIsPreferred() {
		for (int minimum : new int[] { 0, 1 }) {
			Recorder heard = new Recorder();
			DiscoverySettings onNode = new DiscoverySettings(null, null, "n" + minimum, IpFamily.AUTO, false,
					Duration.ofSeconds(150), Duration.ZERO, Duration.ofSeconds(15), Map.of(), Fallback.NONE,
					DnsSettings.DEFAULT, false, false, minimum);
			KubernetesNameResolver users = new KubernetesNameResolver(Slices.USERS,
					Selection.of(KubernetesTarget.parse("k8s:///users.shop:grpc").port(), onNode),
					Slices.source(this.hub, onNode), onNode.initialTimeout(), this.context);
			this.syncContext.execute(() -> users.start(heard));
			this.time.settle();
			this.api.last().answer(200, list("7", itemOf("a", "5", "{\"addresses\":[\"10.0.0.1\"],\"zone\":\"z2\"}")));
			this.time.pass(Duration.ofSeconds(1));
			Subscription orders = this.hub.subscribe(new ServiceKey("shop", "orders"), onNode, () -> {
			});
			this.time.settle();
			this.api.last()
				.answer(200,
						list("8", itemOf("o", "6",
								"{\"addresses\":[\"10.0.9.9\"],\"nodeName\":\"n" + minimum + "\",\"zone\":\"z2\"}")
							.replace("\"users\"", "\"orders\"")));
			this.time.pass(Duration.ofSeconds(1));
			assertThat(heard.results).hasSize(1 + minimum);
			assertThat(heard.results.get(minimum).getAttributes().get(EndpointAttributes.PREFERRED_ZONE))
				.isEqualTo((minimum == 0) ? null : "z2");
			orders.close();
			this.syncContext.execute(users::shutdown);
			this.time.settle();
		}
	}

	@Test
	void executorThatRefusesWorkLosesNoChange() {
		AtomicBoolean refuses = new AtomicBoolean(true);
		KubernetesNameResolver picky = new KubernetesNameResolver(Slices.USERS, Slices.wanted("k8s:///users.shop:grpc"),
				Slices.source(this.hub, this.settings), this.settings.initialTimeout(),
				new ChannelContext(this.syncContext, this.time, (task) -> {
					if (refuses.get()) {
						throw new RejectedExecutionException();
					}
					this.time.execute(task);
				}, this.time::nanos));
		this.syncContext.execute(() -> picky.start(this.told));
		this.time.settle();
		assertThat(this.api.requests).isEmpty();
		refuses.set(false);
		this.time.pass(Duration.ofSeconds(5));
		this.api.last().answer(200, list("7", item("a", "5", "10.0.0.1")));
		this.api.last().open();
		this.time.pass(Duration.ofSeconds(1));
		refuses.set(true);
		this.api.last().send(event("MODIFIED", item("a", "6", "10.0.0.1", "10.0.0.2")));
		this.time.pass(Duration.ofSeconds(1));
		this.api.last().send(event("MODIFIED", item("a", "7", "10.0.0.1", "10.0.0.2", "10.0.0.3")));
		this.time.pass(Duration.ofSeconds(1));
		refuses.set(false);
		this.api.last().send(event("MODIFIED", item("a", "8", "10.0.0.4", "10.0.0.1")));
		this.time.pass(Duration.ofSeconds(1));
		assertThat(this.told.texts).startsWith("10.0.0.1", "10.0.0.1 10.0.0.2", "10.0.0.1 10.0.0.2 10.0.0.3")
			.endsWith("10.0.0.1 10.0.0.4");
	}

	@Test
	void r36_expiredWatchLeadsToOneEmission() {
		synced("10.0.0.1");
		this.time.pass(Duration.ofSeconds(10));
		this.api.last().answer(410, "{}");
		this.time.pass(Duration.ofSeconds(1));
		this.api.last().answer(200, list("20", item("b", "19", "10.0.0.2", "10.0.0.3")));
		this.time.pass(Duration.ofSeconds(5));
		assertThat(this.told.texts).containsExactly("10.0.0.1", "10.0.0.2 10.0.0.3");
	}

	@Test
	void r37_whatWasDeletedMeanwhileVanishesAfterTheList() {
		synced("10.0.0.1", "10.0.0.2");
		this.api.last().answer(410, "{}");
		this.time.pass(Duration.ofSeconds(1));
		this.api.last().answer(200, list("20", item("a", "19", "10.0.0.2")));
		this.time.passMillis(100);
		assertThat(this.told.texts).containsExactly("10.0.0.1 10.0.0.2", "10.0.0.2");
	}

	@Test
	void r39_outageAfterTheFirstListIsNotTold() {
		synced("10.0.0.1");
		this.api.last().cut();
		for (int i = 0; i < 100; i++) {
			this.time.pass(Duration.ofSeconds(30));
			this.api.last().cut();
		}
		assertThat(this.told.texts).containsExactly("10.0.0.1");
	}

	@Test
	void r40_transientFailuresAreToldAfterTheInitialTimeout() {
		start();
		for (int i = 0; i < 14; i++) {
			this.api.last().cut();
			this.time.pass(Duration.ofSeconds(1));
		}
		assertThat(this.told.texts).isEmpty();
		this.time.pass(Duration.ofSeconds(1));
		assertThat(this.told.texts).singleElement()
			.asString()
			.startsWith("UNAVAILABLE")
			.contains("https://api.example cannot be reached");
		this.time.pass(Duration.ofSeconds(31));
		this.api.last().answer(200, list("7", item("a", "5", "10.0.0.1")));
		this.time.settle();
		assertThat(this.told.texts).hasSize(2).last().isEqualTo("10.0.0.1");
	}

	@Test
	void r40_silenceAtTheBeginningIsTold() {
		start();
		this.time.pass(Duration.ofSeconds(15));
		assertThat(this.told.texts).singleElement().asString().contains("No answer of the API server yet");
	}

	@Test
	void r41_denialIsToldAtOnceWithTheRole() {
		start();
		this.api.last().answer(403, "");
		this.time.settle();
		assertThat(this.told.texts).singleElement()
			.asString()
			.contains("Not allowed to list endpointslices in namespace shop as service account shop/web")
			.contains("kind: Role\n", "kind: RoleBinding\n", "verbs: [get, list, watch]", "name: web\n");
		this.time.pass(Duration.ofSeconds(3));
		this.api.last().answer(403, "");
		this.time.settle();
		assertThat(this.told.texts).as("the same again").hasSize(1);
		this.time.pass(Duration.ofSeconds(30));
		this.api.last().answer(200, list("7", item("a", "5", "10.0.0.1")));
		this.time.settle();
		assertThat(this.told.texts).last().isEqualTo("10.0.0.1");
	}

	@ParameterizedTest
	@ValueSource(ints = { 401, 403, 404 })
	void r41_firstListThatIsDeniedIsToldWithinASecondWithTheExactRule(int status) {
		start();
		this.api.last().answer(status, "{}");
		this.time.pass(Duration.ofMillis(999));
		assertThat(this.told.texts).hasSize(1);
		assertThat(this.told.texts.get(0)).startsWith("UNAVAILABLE: ").contains("shop/web", "namespace");
		if (status == 404) {
			assertThat(this.told.texts.get(0)).contains("get, list and watch on endpointslices.discovery.k8s.io",
					"in namespace shop", "404");
		}
		else {
			assertThat(this.told.texts.get(0)).contains("kind: Role\n", "namespace: shop",
					"apiGroups: [discovery.k8s.io]", "resources: [endpointslices]", "verbs: [get, list, watch]",
					"kind: RoleBinding", "name: web");
		}
		this.time.pass(Duration.ofSeconds(3));
		this.api.last().answer(200, list("7", item("a", "5", "10.0.0.1")));
		this.time.settle();
		assertThat(this.told.texts.get(this.told.texts.size() - 1)).as("after the grant").isEqualTo("10.0.0.1");
	}

	@Test
	void r47_serverThatWasRestoredFromABackupIsFollowedAgain() {
		start();
		this.api.last().answer(200, list("100", item("a", "90", "10.0.0.1"), item("b", "95", "10.0.0.2")));
		this.api.last().open();
		this.api.last().cut();
		this.time.pass(Duration.ofSeconds(3));
		this.api.last().answer(504, "{}");
		this.time.pass(Duration.ofSeconds(6));
		this.api.last().answer(200, list("40", item("a", "30", "10.0.0.3")));
		this.api.last().open();
		this.time.pass(Duration.ofSeconds(5));
		assertThat(this.told.texts).containsExactly("10.0.0.1 10.0.0.2");
		this.time.pass(Duration.ofSeconds(7));
		assertThat(this.api.last().isWatch()).isFalse();
		this.api.last().answer(200, list("41", item("a", "30", "10.0.0.3")));
		this.api.last().open();
		this.time.pass(Duration.ofSeconds(1));
		assertThat(this.told.texts).containsExactly("10.0.0.1 10.0.0.2", "10.0.0.3");
		this.api.last().send(event("MODIFIED", item("a", "42", "10.0.0.4", "10.0.0.3")));
		this.time.pass(Duration.ofSeconds(1));
		assertThat(this.told.texts).endsWith("10.0.0.3 10.0.0.4");
	}

	@Test
	void r42_laterDenialIsNotTold() {
		synced("10.0.0.1");
		this.api.last().end();
		this.time.pass(Duration.ofSeconds(2));
		this.api.last().answer(403, "");
		this.time.pass(Duration.ofMinutes(1));
		assertThat(this.told.texts).containsExactly("10.0.0.1");
	}

	@Test
	void r48_allChannelsShareOneListAndOneWatch() {
		List<KubernetesNameResolver> channels = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			KubernetesNameResolver channel = resolver("k8s:///users.shop:grpc");
			channels.add(channel);
			this.syncContext.execute(() -> channel.start(new Recorder()));
		}
		synced("10.0.0.1");
		assertThat(this.api.lists()).isEqualTo(1);
		assertThat(this.api.watches()).isEqualTo(1);
		channels.add(this.resolver);
		channels.forEach((channel) -> this.syncContext.execute(channel::shutdown));
		this.time.pass(Duration.ofMinutes(1));
		assertThat(this.api.closed).as("while it lingers").isFalse();
		this.time.pass(Duration.ofMinutes(9).plusSeconds(1));
		assertThat(this.api.closed).as("afterwards").isTrue();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void r48_channelThatComesBackFindsTheWatch() {
		synced("10.0.0.1");
		this.syncContext.execute(this.resolver::shutdown);
		this.time.pass(Duration.ofMinutes(2));
		KubernetesNameResolver again = resolver("k8s:///users.shop:grpc");
		Recorder heard = new Recorder();
		this.syncContext.execute(() -> again.start(heard));
		this.time.settle();
		assertThat(heard.texts).containsExactly("10.0.0.1");
		assertThat(this.api.lists()).isEqualTo(1);
	}

	@Test
	void r52_whatWasMadeForChannelsGoesWithTheLastOfThem() {
		synced("10.0.0.1");
		WeakReference<?> group = new WeakReference<>(this.told.results.get(0).getAddressesOrError().getValue().get(0));
		this.syncContext.execute(this.resolver::shutdown);
		this.resolver = resolver("k8s:///users.shop:grpc");
		this.told.results.clear();
		this.time.settle();
		assertThat(this.api.closed).as("while it lingers").isFalse();
		await().atMost(30, TimeUnit.SECONDS).until(() -> {
			System.gc();
			return group.refersTo(null);
		});
	}

	@Test
	void r54_quietServiceIsToldInTheSameTurn() {
		synced("10.0.0.1");
		this.time.pass(Duration.ofSeconds(1));
		this.api.last().send(event("MODIFIED", item("a", "9", "10.0.0.1", "10.0.0.2")));
		this.time.settle();
		assertThat(this.told.texts).containsExactly("10.0.0.1", "10.0.0.1 10.0.0.2");
	}

	@Test
	void r54_burstIsToldOncePerWindow() {
		synced("10.0.0.1");
		this.time.pass(Duration.ofSeconds(1));
		for (int i = 0; i < 100; i++) {
			this.api.last().send(event("MODIFIED", item("a", "1" + (100 + i), "10.0.0.1", "10.0.1." + i)));
			this.time.passMillis(10);
		}
		assertThat(this.told.texts.size()).isBetween(9, 12);
		assertThat(this.told.gaps()).allMatch((gap) -> gap >= 100 && gap <= 1000);
	}

	@Test
	void r55_conditionChangeIsNotHeld() {
		synced("10.0.0.1", "10.0.0.2");
		this.time.pass(Duration.ofSeconds(1));
		this.api.last()
			.send(event("MODIFIED",
					itemOf("a", "9", endpoint("10.0.0.1", true, false) + "," + endpoint("10.0.0.2", false, true))));
		this.time.settle();
		assertThat(this.told.texts).last().isEqualTo("10.0.0.1");
	}

	@Test
	void r55_vanishedEndpointWaitsOneWindow() {
		synced("10.0.0.1", "10.0.0.2");
		this.time.pass(Duration.ofSeconds(1));
		this.api.last().send(event("MODIFIED", item("a", "9", "10.0.0.1")));
		this.time.passMillis(99);
		assertThat(this.told.texts).hasSize(1);
		this.time.passMillis(1);
		assertThat(this.told.texts).last().isEqualTo("10.0.0.1");
	}

	@Test
	void r56_moveWithAGapIsNotSeen() {
		synced("10.0.0.1", "10.0.0.2");
		this.time.pass(Duration.ofSeconds(1));
		this.api.last().send(event("MODIFIED", item("a", "9", "10.0.0.1")));
		this.time.passMillis(90);
		this.api.last().send(event("ADDED", item("b", "10", "10.0.0.2")));
		this.time.pass(Duration.ofSeconds(1));
		this.api.last().send(event("DELETED", item("a", "11", "10.0.0.1")));
		this.time.passMillis(50);
		this.api.last().send(event("MODIFIED", item("b", "12", "10.0.0.1", "10.0.0.2")));
		this.time.pass(Duration.ofSeconds(1));
		assertThat(this.told.texts).hasSize(1);
	}

	@Test
	void r57_equalSnapshotIsNotTold() {
		synced("10.0.0.1", "10.0.0.2");
		this.time.pass(Duration.ofSeconds(1));
		this.api.last().send(event("MODIFIED", item("a", "9", "10.0.0.2", "10.0.0.1")));
		this.time.pass(Duration.ofSeconds(1));
		assertThat(this.told.texts).hasSize(1);
	}

	@Test
	void r59_emptySetIsHeldOneSecondAndDescribed() {
		synced("10.0.0.1");
		this.time.pass(Duration.ofSeconds(1));
		this.api.last().send(event("MODIFIED", itemOf("a", "9", endpoint("10.0.0.1", false, false))));
		this.time.passMillis(999);
		assertThat(this.told.texts).hasSize(1);
		this.time.passMillis(1);
		assertThat(this.told.texts).last().isEqualTo("");
		assertThat(this.told.results.get(1).getAttributes().get(EndpointAttributes.DESCRIPTION))
			.isEqualTo("shop/users has 0 ready endpoints (1 not ready, 0 terminating)");
	}

	@Test
	void r59_shortEmptinessIsNotSeen() {
		synced("10.0.0.1");
		this.time.pass(Duration.ofSeconds(1));
		this.api.last().send(event("DELETED", item("a", "9", "10.0.0.1")));
		this.time.passMillis(900);
		this.api.last().send(event("ADDED", item("b", "10", "10.0.0.1")));
		this.time.pass(Duration.ofSeconds(5));
		assertThat(this.told.texts).hasSize(1);
	}

	@Test
	void emptyFromTheBeginningIsAnEmptyList() {
		synced();
		assertThat(this.told.texts).containsExactly("");
		this.time.pass(Duration.ofSeconds(1));
		this.api.last().send(event("MODIFIED", item("a", "9", "10.0.0.1")));
		this.time.settle();
		assertThat(this.told.texts).containsExactly("", "10.0.0.1");
	}

	@Test
	void r19_noSliceFromTheBeginningIsAnError() {
		start();
		this.api.last().answer(200, list("7"));
		this.time.settle();
		assertThat(this.told.texts).singleElement().asString().startsWith("UNAVAILABLE: No EndpointSlice carries");
	}

	@Test
	void r08_refusalIsCountedAndNotRepeated() {
		List<String> refusals = new ArrayList<>();
		this.hub.listeners().add(new DiscoveryListener() {

			@Override
			public void refused(String service, String code) {
				refusals.add(service + " " + code);
			}

		});
		this.told.answer = Status.UNAVAILABLE.withDescription("no");
		synced("10.0.0.1");
		this.time.pass(Duration.ofMinutes(1));
		assertThat(this.told.texts).hasSize(1);
		assertThat(refusals).containsExactly("shop/users UNAVAILABLE");
	}

	private void start() {
		this.syncContext.execute(() -> this.resolver.start(this.told));
		this.time.settle();
	}

	private void synced(String... addresses) {
		start();
		this.api.last().answer(200, list("7", item("a", "5", addresses)));
		this.api.last().open();
		this.time.settle();
	}

	private KubernetesNameResolver resolver(String target) {
		return new KubernetesNameResolver(Slices.USERS, Slices.wanted(target), Slices.source(this.hub, this.settings),
				this.settings.initialTimeout(), this.context);
	}

	private final class Recorder extends Listener2 {

		final List<ResolutionResult> results = new ArrayList<>();

		final List<String> texts = new ArrayList<>();

		final List<Long> times = new ArrayList<>();

		Status answer = Status.OK;

		@Override
		public Status onResult2(ResolutionResult result) {
			KubernetesNameResolverTests.this.syncContext.throwIfNotInThisSynchronizationContext();
			this.results.add(result);
			this.times.add(KubernetesNameResolverTests.this.time.millis());
			this.texts.add(text(result));
			return this.answer;
		}

		private static String text(ResolutionResult result) {
			var addresses = result.getAddressesOrError();
			if (!addresses.hasValue()) {
				return addresses.getStatus().getCode() + ": " + addresses.getStatus().getDescription();
			}
			return String.join(" ",
					addresses.getValue()
						.stream()
						.map((group) -> group.getAddresses().get(0).toString().replaceAll("^/|:9090$", ""))
						.toList());
		}

		List<Long> gaps() {
			List<Long> gaps = new ArrayList<>();
			for (int i = 2; i < this.times.size(); i++) {
				gaps.add(this.times.get(i) - this.times.get(i - 1));
			}
			return gaps;
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
