package io.github.grpck8s.discovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import io.github.grpck8s.EndpointAttributes;
import io.github.grpck8s.discovery.LiveDiscovery.Channel;
import io.github.grpck8s.test.FakeKubernetes;
import io.github.grpck8s.test.FakePod;
import io.github.grpck8s.test.FakePort;
import io.github.grpck8s.test.FakeService;
import io.github.grpck8s.test.FakeService.Move;
import io.github.grpck8s.test.FakeSlice;
import io.github.grpck8s.test.Fault;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.grpck8s.discovery.LiveDiscovery.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Unkind histories of slices, each told to the finished resolver over real HTTP.
 */
@Timeout(90)
class EventHistoriesTests {

	private static final String LABEL = "kubernetes.io/service-name";

	private static final @Nullable Boolean[] NIL_TRUE_FALSE = { null, true, false };

	private final LiveDiscovery live = new LiveDiscovery();

	private final FakeKubernetes kubernetes = this.live.kubernetes;

	private final FakeService users = this.kubernetes.service("shop", "users").ports(FakePort.of("grpc", 9090));

	private final Map<String, Set<String>> pods = new HashMap<>();

	@AfterEach
	void close() {
		this.live.close();
	}

	@Test
	void r10_sliceThatLeavesTheServiceAndComesBackCountsAgain() {
		slice("one", "10.0.0.1");
		FakeSlice two = slice("two", "10.0.0.2");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1 10.0.0.2");
		two.label(LABEL, "orders");
		channel.awaits("10.0.0.1");
		two.label(LABEL, "users");
		channel.awaits("10.0.0.1 10.0.0.2");
		this.kubernetes.compact();
		this.kubernetes.openWatchStreams().expire();
		this.kubernetes.awaitLists(2, SOON);
		slice("three", "10.0.0.3");
		channel.awaits("10.0.0.1 10.0.0.2 10.0.0.3");
	}

	@Test
	void r11_labelThatChangesUnderTheWatchIsADeletion() {
		slice("one", "10.0.0.1");
		FakeSlice two = slice("two", "10.0.0.2");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1 10.0.0.2");
		this.kubernetes.openWatchStreams()
			.send("{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"" + two.name()
					+ "\",\"namespace\":\"shop\",\"resourceVersion\":\"" + (this.kubernetes.resourceVersion() + 1)
					+ "\",\"labels\":{\"" + LABEL + "\":\"orders\"}},\"addressType\":\"IPv4\"}}\n");
		channel.awaits("10.0.0.1");
	}

	@Test
	void r12_whatIsInTwoSlicesOutlivesOne() {
		slice("one", "10.0.0.1", "10.0.0.2");
		FakeSlice two = slice("two", "10.0.0.2", "10.0.0.3");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1 10.0.0.2 10.0.0.3");
		two.delete();
		channel.awaits("10.0.0.1 10.0.0.2");
		assertThat(channel.texts).hasSize(2);
	}

	@Test
	void r13_sliceThatWasWrittenLastDecides() {
		FakeSlice one = slice("one", "10.0.0.1", "10.0.0.2");
		FakeSlice two = slice("two", "10.0.0.2");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1 10.0.0.2");
		two.update("10.0.0.2", (pod) -> pod.ready(false));
		channel.awaits("10.0.0.1");
		one.touch();
		channel.awaits("10.0.0.1 10.0.0.2");
		two.touch();
		channel.awaits("10.0.0.1");
	}

	@Test
	void r14ToR16_everyCombinationOfConditions() {
		FakeService none = this.kubernetes.service("shop", "none");
		TreeSet<Integer> ready = new TreeSet<>();
		TreeSet<Integer> draining = new TreeSet<>();
		int number = 0;
		for (Boolean isReady : NIL_TRUE_FALSE) {
			for (Boolean isServing : NIL_TRUE_FALSE) {
				for (Boolean isTerminating : NIL_TRUE_FALSE) {
					number++;
					FakePod pod = FakePod.of("p" + number, "10.0.0." + number)
						.ready(isReady)
						.serving(isServing)
						.terminating(isTerminating);
					boolean terminating = Boolean.TRUE.equals(isTerminating);
					boolean readyNow = !Boolean.FALSE.equals(isReady);
					boolean serving = !Boolean.FALSE.equals(isServing);
					this.users.add(pod);
					if (readyNow && !terminating) {
						ready.add(number);
					}
					else {
						none.add(pod);
						if (terminating && (serving || readyNow)) {
							draining.add(number);
						}
					}
				}
			}
		}
		this.live.channel("k8s:///users:grpc").awaits(addresses(ready));
		this.live.channel("k8s:///none:grpc").awaits(addresses(draining));
		assertThat(ready).hasSize(12);
		assertThat(draining).hasSize(8);
	}

	@Test
	void r17_drainingEndpointsGoTogetherWhenOneIsReady() {
		this.users.add(FakePod.of("a", "10.0.0.1"), FakePod.of("b", "10.0.0.2"));
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1 10.0.0.2");
		this.users.slices().get(0).update("a", (pod) -> pod.ready(false).serving(true).terminating(true));
		channel.awaits("10.0.0.2");
		this.users.slices().get(0).update("b", (pod) -> pod.ready(true).serving(true).terminating(true));
		channel.awaits("10.0.0.1 10.0.0.2");
		this.users.add(FakePod.of("c", "10.0.0.3"));
		channel.awaits("10.0.0.3");
		assertThat(channel.texts).hasSize(4);
	}

	@Test
	void r19_slicesOfNamesAreLeftOut() {
		slice("one", "10.0.0.1");
		this.users.rawSlice("names", "{\"metadata\":{\"name\":\"names\",\"namespace\":\"shop\",\"labels\":{\"" + LABEL
				+ "\":\"users\"},\"resourceVersion\":\"${resourceVersion}\"},\"addressType\":\"FQDN\",\"ports\":[{\"name\":\"grpc\",\"port\":9090}],\"endpoints\":[{\"addresses\":[\"users.example\"]}]}");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1");
		this.users.add(FakePod.of("b", "10.0.0.2"));
		channel.awaits("10.0.0.1 10.0.0.2");
	}

	@Test
	void r21_familiesFollowWhatThereIs() {
		FakeSlice four = slice("four", "10.0.0.1");
		slice("six", "fd00::1", "fd00::2");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1");
		four.update("10.0.0.1", (pod) -> pod.ready(false));
		channel.awaits("[fd00:0:0:0:0:0:0:1] [fd00:0:0:0:0:0:0:2]");
		four.update("10.0.0.1", (pod) -> pod.ready(true));
		channel.awaits("10.0.0.1");
	}

	@Test
	void r22_portThatIsRenumberedMovesPodByPod() {
		FakeSlice before = slice("before", "10.0.0.1", "10.0.0.2");
		FakeSlice after = this.users.slice("after").ports(FakePort.of("grpc", 9091));
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1 10.0.0.2");
		after.add(pod("10.0.0.1"));
		channel.awaits("10.0.0.1:9091 10.0.0.2");
		before.remove("10.0.0.1");
		after.add(pod("10.0.0.2"));
		channel.awaits("10.0.0.1:9091 10.0.0.2:9091");
		before.delete();
		this.users.slice("after").add(pod("10.0.0.3"));
		channel.awaits("10.0.0.1:9091 10.0.0.2:9091 10.0.0.3:9091");
		assertThat(channel.texts).hasSize(4);
	}

	@Test
	void r23_portThatIsRenamedTakesNoOther() {
		FakeSlice before = slice("before", "10.0.0.1");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1");
		this.users.slice("after").ports(FakePort.of("api", 9090)).add(pod("10.0.0.2"));
		before.delete();
		channel.awaits("");
		this.users.slice("again").ports(FakePort.of("grpc", 9090)).add(pod("10.0.0.3"));
		channel.awaits("10.0.0.3");
	}

	@Test
	void r28_hintsComeAndGoAsInKubeProxy() {
		this.live.use((settings) -> new DiscoverySettings(null, "z1", "n1", settings.ipFamily(), false,
				settings.watchSilence(), settings.linger(), settings.initialTimeout()));
		FakeSlice one = this.users.slice("one").ports(FakePort.of("grpc", 9090));
		one.add(pod("10.0.0.1").hintZones("z1").hintNodes("n1"), pod("10.0.0.2").hintZones("z1").hintNodes("n2"),
				pod("10.0.0.3").hintZones("z2").hintNodes("n3"));
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1");
		one.update("10.0.0.3", FakePod::hintNodes);
		channel.awaits("10.0.0.1 10.0.0.2");
		one.update("10.0.0.2", FakePod::hintZones);
		channel.awaits("10.0.0.1 10.0.0.2 10.0.0.3");
		one.update("10.0.0.2", (pod) -> pod.ready(false));
		channel.awaits("10.0.0.1");
		one.update("10.0.0.1", (pod) -> pod.ready(false));
		channel.awaits("10.0.0.3");
		one.update("10.0.0.3", (pod) -> pod.ready(false).serving(true).terminating(true));
		channel.awaits("10.0.0.3");
		one.update("10.0.0.2", (pod) -> pod.ready(false).serving(true).terminating(true));
		channel.awaits("10.0.0.2 10.0.0.3");
	}

	@Test
	void r32_anotherPodAtTheSameAddressIsTold() {
		FakeSlice one = slice("one", "10.0.0.1");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1");
		one.update("10.0.0.1", (pod) -> pod.uid("another"));
		await().atMost(SOON).until(() -> channel.groups.size() == 2);
		assertThat(channel.groups.get(1).get(0).getAttributes().get(EndpointAttributes.POD_UID)).isEqualTo("another");
		one.annotate("any", "thing").touch();
		one.add(pod("10.0.0.2"));
		channel.awaits("10.0.0.1 10.0.0.2");
		assertThat(channel.texts).as("annotations are told").hasSize(3);
	}

	@Test
	void r35_pagesWithChangesBetweenAndAnExpiredTokenAreOneEmission() {
		this.users.podsPerSlice(1);
		for (int i = 0; i < 501; i++) {
			this.users.add(pod("10.1." + i / 250 + "." + (i % 250 + 1)));
		}
		Fault gone = this.kubernetes.inject(Fault.gone().onPages().times(1));
		Channel channel = this.live.channel("k8s:///users:grpc");
		await().atMost(SOON).until(() -> !channel.groups.isEmpty());
		assertThat(channel.groups.get(0)).hasSize(501);
		this.kubernetes.heal(gone);
		this.kubernetes.awaitOpenWatches(1, SOON);
		this.kubernetes.compact();
		Fault slow = this.kubernetes.inject(Fault.slow(Duration.ofMillis(300)).onPages());
		this.kubernetes.openWatchStreams().expire();
		this.kubernetes.awaitRequests((request) -> request.query().containsKey("continue"), 2, SOON);
		this.users.remove("10.1.0.1", "10.1.2.1");
		this.kubernetes.heal(slow);
		await().atMost(SOON).until(() -> channel.groups.get(channel.groups.size() - 1).size() == 499);
		assertThat(channel.groups).as("no part of a list is told")
			.allSatisfy((all) -> assertThat(all).hasSizeBetween(499, 501));
	}

	@Test
	void r36_expiredInThreeFormsIsOneChangeEach() {
		slice("one", "10.0.0.1");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1");
		this.kubernetes.down();
		slice("two", "10.0.0.2");
		this.kubernetes.compact();
		up();
		channel.awaits("10.0.0.1 10.0.0.2");
		this.kubernetes.awaitOpenWatches(1, SOON);
		Fault event = this.kubernetes.inject(Fault.goneAsEvent().times(2));
		this.kubernetes.openWatchStreams().end();
		this.kubernetes.awaitLists(4, SOON);
		this.kubernetes.heal(event);
		this.kubernetes.awaitOpenWatches(1, SOON);
		Fault status = this.kubernetes.inject(Fault.gone().onWatches().times(1));
		this.kubernetes.openWatchStreams().cut();
		slice("three", "10.0.0.3");
		channel.awaits("10.0.0.1 10.0.0.2 10.0.0.3");
		this.kubernetes.heal(status);
		assertThat(channel.texts).hasSize(3);
	}

	@Test
	void r46_bookmarkSparesAListAfterCompaction() {
		slice("one", "10.0.0.1");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1");
		FakeService other = this.kubernetes.service("shop", "other");
		for (int i = 1; i < 20; i++) {
			other.add(pod("10.9.0." + i));
		}
		this.kubernetes.openWatchStreams().bookmark();
		this.kubernetes.openWatchStreams().awaitSent(SOON);
		this.kubernetes.compact();
		this.kubernetes.openWatchStreams().end();
		this.kubernetes.awaitWatches(2, SOON);
		slice("two", "10.0.0.2");
		channel.awaits("10.0.0.1 10.0.0.2");
		assertThat(this.kubernetes.lists()).isEqualTo(1);
	}

	@Test
	void r46_silentWatchIsReplaced() {
		this.live.use((settings) -> new DiscoverySettings(null, null, null, settings.ipFamily(), false,
				Duration.ofSeconds(1), settings.linger(), settings.initialTimeout()));
		slice("one", "10.0.0.1");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1");
		this.kubernetes.openWatchStreams().silence();
		slice("two", "10.0.0.2");
		channel.awaits("10.0.0.1 10.0.0.2");
		assertThat(this.kubernetes.lists()).isEqualTo(1);
	}

	@Test
	void r47_staleListsNeitherDropNorBringBack() {
		slice("one", "10.0.0.1");
		FakeSlice two = slice("two", "10.0.0.2");
		long old = this.kubernetes.resourceVersion();
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1 10.0.0.2");
		two.delete();
		channel.awaits("10.0.0.1");
		FakeSlice three = slice("three", "10.0.0.3");
		channel.awaits("10.0.0.1 10.0.0.3");
		Fault stale = this.kubernetes.inject(Fault.staleLists(old));
		this.kubernetes.openWatchStreams().expire();
		this.kubernetes.awaitLists(2, SOON);
		this.kubernetes.awaitOpenWatches(1, SOON);
		this.kubernetes.heal(stale);
		three.add(pod("10.0.0.4"));
		channel.awaits("10.0.0.1 10.0.0.3 10.0.0.4");
		assertThat(channel.texts).hasSize(4);
	}

	@Test
	void r51_oddSlicesCostNothingElse() {
		slice("one", "10.0.0.1");
		this.users.rawSlice("odd-1", "{\"metadata\":{\"name\":\"odd-1\",\"labels\":{}},\"endpoints\":null}");
		this.users.rawSlice("odd-2", "{\"metadata\":{\"name\":\"odd-2\",\"namespace\":\"shop\",\"labels\":{\"" + LABEL
				+ "\":\"users\"}},\"addressType\":\"IPv4\",\"new\":{\"deep\":[1]},\"ports\":[{\"name\":\"grpc\",\"port\":9090,\"new\":1}],\"endpoints\":[null,7,{\"addresses\":[]},{\"addresses\":[\"10.0.0.2\"],\"conditions\":null,\"new\":{}}]}");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1 10.0.0.2");
		this.kubernetes.openWatchStreams().send("\n\n{\"type\":\"ADDED\",\"object\":[]}\n{}\nnull\n7\n[\n\"\u0000\"\n");
		this.users.add(FakePod.of("c", "10.0.0.3"));
		channel.awaits("10.0.0.1 10.0.0.2 10.0.0.3");
		assertThat(this.kubernetes.watches()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void r56_moveWithAGapIsNotSeen(boolean dualStack) {
		if (dualStack) {
			FakeSlice six = this.users.slice("six").ports(FakePort.of("grpc", 9090)).addressType("IPv6");
			six.add(FakePod.of("10.0.0.1", "fd00::1"), FakePod.of("10.0.0.2", "fd00::2"));
		}
		FakeSlice one = slice("one", "10.0.0.1", "10.0.0.2");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1 10.0.0.2");
		one.remove("10.0.0.1");
		this.kubernetes.openWatchStreams().awaitSent(SOON);
		slice("two", "10.0.0.1");
		slice("three", "10.0.0.3");
		channel.awaits("10.0.0.1 10.0.0.2 10.0.0.3");
		assertThat(channel.texts).hasSize(2);
	}

	@Test
	void r38_cleanEndsOfEveryWatchLoseNothing() {
		slice("one", "10.0.0.1");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1");
		StringBuilder all = new StringBuilder("10.0.0.1");
		for (int i = 2; i < 6; i++) {
			this.kubernetes.openWatchStreams().end();
			slice("slice-" + i, "10.0.0." + i);
			channel.awaits(all.append(" 10.0.0.").append(i).toString());
			this.kubernetes.awaitOpenWatches(1, SOON);
		}
		assertThat(this.kubernetes.lists()).isEqualTo(1);
		assertThat(channel.texts).hasSize(5);
	}

	@Test
	void r39_burstOfErrorsIsNotTold() {
		slice("one", "10.0.0.1");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1");
		this.kubernetes.inject(Fault.internalError().times(2));
		this.kubernetes.openWatchStreams().cut();
		slice("two", "10.0.0.2");
		channel.awaits("10.0.0.1 10.0.0.2");
		assertThat(channel.texts).hasSize(2);
	}

	@Test
	void r43_retryAfterIsWaitedFor() {
		slice("one", "10.0.0.1");
		this.kubernetes.inject(Fault.tooManyRequests(Duration.ofSeconds(2)).onLists().times(1));
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.1");
		assertThat(channel.texts).hasSize(1);
		var requests = this.kubernetes.requests();
		assertThat(Duration.between(requests.get(0).time(), requests.get(1).time())).isBetween(Duration.ofMillis(1_900),
				Duration.ofSeconds(5));
	}

	@Test
	void r48_lastReleaseEndsTheWatchAfterItsLinger() {
		this.live.use((settings) -> new DiscoverySettings(null, null, null, settings.ipFamily(), false,
				settings.watchSilence(), Duration.ofMillis(300), settings.initialTimeout()));
		slice("one", "10.0.0.1");
		Channel first = this.live.channel("k8s:///users:grpc", "10.0.0.1");
		first.shutdown();
		Channel second = this.live.channel("k8s:///users:grpc", "10.0.0.1");
		assertThat(this.kubernetes.lists()).as("the watch outlives its last channel").isEqualTo(1);
		second.shutdown();
		this.kubernetes.awaitOpenWatches(0, SOON);
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void r10_anyHistoryWithAnyFaultsEndsInWhatThereIs(long seed) {
		Random random = new Random(seed);
		slice("s0", "10.0.0.250");
		Channel channel = this.live.channel("k8s:///users:grpc", "10.0.0.250");
		List<String> log = new ArrayList<>();
		for (int step = 0; step < 150; step++) {
			log.add(step(random));
		}
		this.kubernetes.heal();
		slice("s0", "10.0.0.251");
		try {
			await().atMost(Duration.ofSeconds(40))
				.untilAsserted(() -> assertThat(channel.last()).as("after %s", log).isEqualTo(whatThereIs()));
		}
		finally {
			assertThat(channel.texts).as("errors after %s", log).noneMatch((text) -> text.startsWith("Status"));
		}
	}

	private String step(Random random) {
		String address = "10.0.0." + (random.nextInt(12) + 1);
		String name = "s" + random.nextInt(4);
		FakeSlice slice = this.users.slice(name);
		Set<String> pods = this.pods.computeIfAbsent(name, (key) -> new TreeSet<>());
		int choice = random.nextInt(20);
		switch (choice) {
			case 0, 1, 2, 3, 4 -> {
				slice.ports(FakePort.of("grpc", 9090)).add(pod(address));
				pods.add(address);
			}
			case 5, 6, 7 -> {
				if (pods.remove(address)) {
					slice.remove(address);
				}
			}
			case 8, 9, 10 -> {
				if (pods.contains(address)) {
					boolean ready = random.nextBoolean();
					slice.update(address,
							(pod) -> pod.ready(ready).serving(ready).terminating(!ready && pods.size() > 2));
				}
			}
			case 11, 12 -> {
				String other = "s" + random.nextInt(4);
				if (!other.equals(name) && pods.contains(address)
						&& this.pods.values().stream().filter((each) -> each.contains(address)).count() == 1) {
					this.users.slice(other).ports(FakePort.of("grpc", 9090));
					this.users.moveToOtherSlice(address, other,
							random.nextBoolean() ? Move.ADD_FIRST : Move.REMOVE_FIRST);
					pods.remove(address);
					this.pods.computeIfAbsent(other, (key) -> new TreeSet<>()).add(address);
				}
			}
			case 13 -> slice.label(LABEL, "orders").label(LABEL, "users");
			case 14 -> this.kubernetes.openWatchStreams().cut();
			case 15 -> this.kubernetes.openWatchStreams().end();
			case 16 -> this.kubernetes.openWatchStreams().expire();
			case 17 -> this.kubernetes.inject(Fault.staleLists(this.kubernetes.resourceVersion()).times(2));
			case 18 -> this.kubernetes.inject(random.nextBoolean() ? Fault.internalError().times(1)
					: random.nextBoolean() ? Fault.goneAsEvent().times(1) : Fault.halfAnswer().times(1));
			default -> this.kubernetes.openWatchStreams().awaitSent(SOON);
		}
		return choice + " " + name + " " + address;
	}

	/**
	 * The newest mention of each address decides; the fake's versions say which that is.
	 */
	private String whatThereIs() {
		return SliceOracle.readyAddresses(this.kubernetes, "shop", "users");
	}

	private void up() {
		await().ignoreExceptions().atMost(SOON).until(() -> {
			this.kubernetes.up();
			return true;
		});
	}

	private FakeSlice slice(String name, String... addresses) {
		FakeSlice slice = this.users.slice(name);
		slice.ports(FakePort.of("grpc", 9090));
		for (String address : addresses) {
			slice.add(pod(address));
		}
		return slice;
	}

	private static FakePod pod(String address) {
		// the same pod wherever it stands
		return FakePod.of(address, address).uid("uid-" + address);
	}

	private static String addresses(TreeSet<Integer> numbers) {
		return String.join(" ", numbers.stream().map((number) -> "10.0.0." + number).toList());
	}

}
