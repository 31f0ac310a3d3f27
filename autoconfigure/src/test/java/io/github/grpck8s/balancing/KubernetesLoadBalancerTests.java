package io.github.grpck8s.balancing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.grpck8s.EndpointAttributes;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.grpck8s.balancing.Pods.found;
import static io.github.grpck8s.balancing.Pods.none;
import static io.github.grpck8s.balancing.Pods.pod;
import static io.github.grpck8s.balancing.Pods.pods;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

class KubernetesLoadBalancerTests {

	private static final String NONE = "shop/users has 0 ready endpoints (2 not ready, 1 terminating)";

	private final FakeHelper helper = new FakeHelper();

	private final LoadBalancer balancer = new KubernetesLoadBalancerProvider().newLoadBalancer(this.helper);

	@AfterEach
	void nothingWasThrown() {
		assertThat(this.helper.panics).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "round_robin", "pick_first" })
	void r59EmptyListDropsEveryConnectionAndTellsCallers(String child) {
		PolicyConfig config = config(child);
		give(config, pod(1), pod(2));
		this.helper.subchannels.forEach(FakeSubchannel::ready);
		assertThat(this.helper.state).isEqualTo(ConnectivityState.READY);
		Status status = this.balancer.acceptResolvedAddresses(none(config, NONE));
		assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(this.helper.alive()).isEmpty();
		assertThat(this.helper.state).isEqualTo(ConnectivityState.TRANSIENT_FAILURE);
		assertThat(this.helper.pick().getStatus()).satisfies((failure) -> {
			assertThat(failure.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(failure.getDescription()).isEqualTo(NONE);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "round_robin" })
	void r59OldAddressIsNeverDialledAfterEmptyList(String child) {
		PolicyConfig config = config(child);
		give(config, pod(1), pod(2));
		this.helper.subchannels.get(0).fail("refused");
		this.helper.subchannels.get(1).ready();
		give(none(config, NONE));
		int dials = dials();
		this.helper.subchannels.forEach(FakeSubchannel::idle);
		this.helper.time.pass(Duration.ofMinutes(10));
		assertThat(dials()).isEqualTo(dials);
		assertThat(this.helper.time.pending()).isZero();
		assertThat(this.helper.pick().getStatus().getDescription()).isEqualTo(NONE);
	}

	@Test
	void r60ErrorBeforeFirstListIsToldToCallers() {
		this.balancer.handleNameResolutionError(Status.UNAVAILABLE.withDescription("forbidden"));
		assertThat(this.helper.state).isEqualTo(ConnectivityState.TRANSIENT_FAILURE);
		assertThat(this.helper.pick().getStatus().getDescription()).isEqualTo("forbidden");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "round_robin", "pick_first" })
	void r60ErrorAfterFirstListChangesNothing(String child) {
		give(config(child), pod(1));
		this.helper.last().ready();
		int states = this.helper.states.size();
		this.balancer.handleNameResolutionError(Status.UNAVAILABLE.withDescription("API server is away"));
		assertThat(this.helper.states).hasSize(states);
		assertThat(this.helper.alive()).hasSize(1);
		assertThat(this.helper.pick().getStatus().isOk()).isTrue();
	}

	@Test
	void r60ErrorAfterEmptyListKeepsItsDescription() {
		give(none(PolicyConfig.DEFAULT, NONE));
		this.balancer.handleNameResolutionError(Status.UNAVAILABLE.withDescription("API server is away"));
		assertThat(this.helper.pick().getStatus().getDescription()).isEqualTo(NONE);
	}

	@Test
	void r61CallsWaitFromTheFirstEndpointOnAfterEmptyList() {
		give(none(PolicyConfig.DEFAULT, NONE));
		give(PolicyConfig.DEFAULT, pod(1));
		assertThat(this.helper.pick().hasResult()).isFalse();
		this.helper.last().ready();
		assertThat(pickedSubchannel()).isEqualTo(this.helper.last());
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "round_robin" })
	void r62UpdateTouchesOnlyWhatHasComeOrGone(String child) {
		PolicyConfig config = config(child);
		give(config, pod(1), pod(2));
		this.helper.subchannels.forEach(FakeSubchannel::ready);
		List<FakeSubchannel> before = List.copyOf(this.helper.subchannels);
		give(config, pod(2), pod(3));
		assertThat(this.helper.subchannels).hasSize(3).extracting((subchannel) -> subchannel.updates).containsOnly(0);
		assertThat(this.helper.subchannels).filteredOn((subchannel) -> subchannel.shutdown).hasSize(1);
		assertThat(before).extracting((subchannel) -> subchannel.dials).containsOnly(1);
		assertThat(this.helper.state).isEqualTo(ConnectivityState.READY);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "round_robin", "pick_first" })
	void r32AnotherPodAtTheSameAddressGetsAFreshConnection(String child) {
		PolicyConfig config = config(child);
		give(config, pod(1, "old"));
		FakeSubchannel old = this.helper.last();
		old.ready();
		give(config, pod(1, "new"));
		assertThat(old.shutdown).isTrue();
		assertThat(this.helper.alive()).hasSize(1).doesNotContain(old);
		assertThat(this.helper.pick().hasResult()).isFalse();
	}

	@Test
	void r32OnlyTheReplacedPodOfSeveralGetsAFreshConnectionUnderNamedPolicy() {
		PolicyConfig config = config("round_robin");
		give(config, pod(1, "old"), pod(2));
		this.helper.subchannels.forEach(FakeSubchannel::ready);
		give(config, pod(1, "new"), pod(2));
		assertThat(this.helper.subchannels).hasSize(3);
		assertThat(this.helper.alive()).hasSize(2);
		assertThat(this.helper.state).isEqualTo(ConnectivityState.READY);
	}

	@Test
	void r63ChangeOfPolicyKeepsTheOldOneUntilTheNewOneIsReady() {
		give(PolicyConfig.DEFAULT, pod(1));
		FakeSubchannel old = this.helper.last();
		old.ready();
		give(config("round_robin"), pod(1));
		assertThat(pickedSubchannel()).isEqualTo(old);
		this.helper.last().ready();
		assertThat(pickedSubchannel()).isEqualTo(this.helper.last()).isNotEqualTo(old);
		assertThat(old.shutdown).isTrue();
	}

	@Test
	void r31CallsStayInThePreferredZoneWhileHalfOfItIsConnected() {
		give(inZone("a", zoned(1, "a"), zoned(2, "a"), zoned(3, "b")));
		this.helper.subchannels.forEach(FakeSubchannel::ready);
		assertThat(picked()).containsOnlyKeys(this.helper.subchannels.get(0), this.helper.subchannels.get(1));
		this.helper.subchannels.get(0).fail("refused");
		assertThat(picked()).containsOnlyKeys(this.helper.subchannels.get(1));
		assertThat(this.helper.alive()).as("the other zone is kept at hand").hasSize(3);
	}

	@Test
	void r31CallsSpillOverWhenFewerThanHalfAreConnected() {
		give(inZone("a", zoned(1, "a"), zoned(2, "a"), zoned(3, "a"), zoned(4, "b")));
		this.helper.subchannels.forEach(FakeSubchannel::ready);
		assertThat(picked()).hasSize(3);
		this.helper.subchannels.get(0).fail("refused");
		assertThat(picked()).hasSize(2);
		this.helper.subchannels.get(1).fail("refused");
		assertThat(picked()).containsOnlyKeys(this.helper.subchannels.get(2), this.helper.subchannels.get(3));
		this.helper.subchannels.get(2).fail("refused");
		assertThat(picked()).as("none is connected").containsOnlyKeys(this.helper.subchannels.get(3));
		this.helper.subchannels.get(1).ready();
		this.helper.subchannels.get(2).ready();
		assertThat(picked()).containsOnlyKeys(this.helper.subchannels.get(1), this.helper.subchannels.get(2));
	}

	@Test
	void r31PreferenceComesAndGoesWithoutAnyConnectionBeingTouched() {
		give(inZone(null, zoned(1, "a"), zoned(2, "b")));
		this.helper.subchannels.forEach(FakeSubchannel::ready);
		assertThat(picked()).hasSize(2);
		give(inZone("b", zoned(1, "a"), zoned(2, "b")));
		assertThat(picked()).containsOnlyKeys(this.helper.subchannels.get(1));
		give(inZone("c", zoned(1, "a"), zoned(2, "b")));
		assertThat(picked()).as("a zone without pods").hasSize(2);
		assertThat(this.helper.subchannels).hasSize(2);
	}

	@Test
	void r64PodsAreTakenInTurnEvenWhileTheListChanges() {
		give(PolicyConfig.DEFAULT, pods(1, 5));
		this.helper.subchannels.forEach(FakeSubchannel::ready);
		Map<Object, Integer> picks = new HashMap<>();
		for (int i = 0; i < 5000; i++) {
			picks.merge(pickedSubchannel(), 1, Integer::sum);
			if (i % 7 == 0) {
				give(PolicyConfig.DEFAULT, pods(1, (i % 2 == 0) ? 5 : 6));
			}
		}
		assertThat(picks).hasSize(5);
		assertThat(picks.values()).allSatisfy((count) -> assertThat(count).isCloseTo(1000, withPercentage(1)));
	}

	@Test
	void r64GateOpensAtShareOfPods() {
		give(PolicyConfig.DEFAULT, pods(1, 10));
		for (int i = 0; i < 6; i++) {
			this.helper.subchannels.get(i).ready();
			assertThat(this.helper.state).isEqualTo(ConnectivityState.CONNECTING);
			assertThat(this.helper.pick().hasResult()).isFalse();
		}
		this.helper.subchannels.get(6).ready();
		assertThat(this.helper.state).isEqualTo(ConnectivityState.READY);
		assertThat(this.helper.time.pending()).isZero();
	}

	@Test
	void r64GateOpensHalfASecondAfterTheFirstPod() {
		give(PolicyConfig.DEFAULT, pods(1, 10));
		this.helper.time.pass(Duration.ofSeconds(5));
		this.helper.last().ready();
		this.helper.time.pass(Duration.ofMillis(499));
		assertThat(this.helper.pick().hasResult()).isFalse();
		this.helper.time.pass(Duration.ofMillis(1));
		assertThat(pickedSubchannel()).isEqualTo(this.helper.last());
	}

	@Test
	void r64GateDoesNotWaitForPodsThatFailed() {
		give(PolicyConfig.DEFAULT, pods(1, 4));
		this.helper.subchannels.get(0).ready();
		this.helper.subchannels.get(1).fail("refused");
		this.helper.subchannels.get(2).fail("refused");
		assertThat(this.helper.state).isEqualTo(ConnectivityState.CONNECTING);
		this.helper.subchannels.get(3).fail("refused");
		assertThat(this.helper.state).isEqualTo(ConnectivityState.READY);
	}

	@Test
	void r64LaterPodsNeedNoGate() {
		give(PolicyConfig.DEFAULT, pod(1));
		this.helper.last().ready();
		give(PolicyConfig.DEFAULT, pods(1, 10));
		assertThat(this.helper.state).isEqualTo(ConnectivityState.READY);
		assertThat(this.helper.states).doesNotContain(ConnectivityState.TRANSIENT_FAILURE);
	}

	@Test
	void r72OneFailureDoesNotFailCallsWhileAnotherIsReady() {
		give(PolicyConfig.DEFAULT, pod(1), pod(2));
		this.helper.subchannels.get(0).ready();
		this.helper.subchannels.get(1).fail("refused");
		for (int i = 0; i < 10; i++) {
			assertThat(pickedSubchannel()).isEqualTo(this.helper.subchannels.get(0));
		}
	}

	@Test
	void r72AllFailedTellsPodAddressAndCauseOfTheLast() {
		give(PolicyConfig.DEFAULT, pod(1), pod(2));
		this.helper.subchannels.get(0).fail("Connection refused");
		assertThat(this.helper.pick().hasResult()).isFalse();
		this.helper.subchannels.get(1).fail("No route to host");
		this.helper.subchannels.get(1).connecting();
		Status status = this.helper.pick().getStatus();
		assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(status.getDescription()).isEqualTo("None of the 2 pods can be reached; the last to fail: "
				+ "10.0.0.2:9090 (pod users-2): io exception (No route to host)");
	}

	@Test
	void failedPodIsRedialledWithBackoff() {
		give(PolicyConfig.DEFAULT, pod(1));
		FakeSubchannel only = this.helper.last();
		only.fail("refused");
		this.helper.time.pass(Duration.ofMillis(799));
		assertThat(only.dials).isEqualTo(1);
		this.helper.time.pass(Duration.ofMillis(402));
		assertThat(only.dials).isEqualTo(2);
		assertThat(this.helper.refreshes).isEqualTo(1);
		only.ready();
		assertThat(pickedSubchannel()).isEqualTo(only);
	}

	@Test
	void r73PodThatComesBackIsDialledAtOnce() {
		give(PolicyConfig.DEFAULT, pod(1), pod(2));
		FakeSubchannel failing = this.helper.subchannels.get(0);
		for (int i = 0; i < 8; i++) {
			failing.fail("refused");
		}
		give(PolicyConfig.DEFAULT, pod(2));
		give(PolicyConfig.DEFAULT, pod(1), pod(2));
		assertThat(failing.shutdown).isTrue();
		assertThat(this.helper.last().dials).isEqualTo(1);
		assertThat(this.helper.subchannels).hasSize(3);
	}

	@Test
	void r74LostConnectionIsDialledAgainAtOnce() {
		give(PolicyConfig.DEFAULT, pod(1), pod(2));
		this.helper.subchannels.forEach(FakeSubchannel::ready);
		this.helper.last().idle();
		assertThat(this.helper.last().dials).isEqualTo(2);
		assertThat(this.helper.state).isEqualTo(ConnectivityState.READY);
		assertThat(pickedSubchannel()).isEqualTo(this.helper.subchannels.get(0));
		assertThat(this.helper.refreshes).isEqualTo(1);
	}

	@Test
	void r70BusyPodGetsMoreConnectionsUpToTheMostAndNoCallWaitsForRoom() {
		give(PolicyConfig.parse(Map.of("maxConcurrentStreams", 10.0)), pod(1));
		this.helper.last().ready();
		List<ClientStreamTracer> calls = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			PickResult pick = this.helper.pick();
			if (!pick.hasResult()) {
				this.helper.last().ready();
				pick = this.helper.pick();
			}
			calls.add(begin(pick));
		}
		assertThat(this.helper.subchannels).hasSize(4);
		calls.forEach((call) -> call.streamClosed(Status.OK));
		this.helper.time.pass(Duration.ofMinutes(5));
		assertThat(this.helper.alive()).hasSize(1);
		assertThat(this.helper.time.pending()).isZero();
	}

	@Test
	void r70SecondConnectionIsOpenedAtFourFifths() {
		give(PolicyConfig.parse(Map.of("maxConcurrentStreams", 10.0)), pod(1));
		this.helper.last().ready();
		for (int i = 0; i < 7; i++) {
			begin(this.helper.pick());
		}
		assertThat(this.helper.subchannels).hasSize(1);
		begin(this.helper.pick());
		assertThat(this.helper.subchannels).hasSize(2);
		give(none(PolicyConfig.DEFAULT, NONE));
		assertThat(this.helper.alive()).isEmpty();
		assertThat(this.helper.time.pending()).isZero();
	}

	@Test
	void r70CallsDoNotWaitLongForAConnectionThatHangsNorForOneThatFailed() {
		give(PolicyConfig.parse(Map.of("maxConcurrentStreams", 10.0)), pod(1));
		this.helper.last().ready();
		for (int i = 0; i < 9; i++) {
			begin(this.helper.pick());
		}
		assertThat(this.helper.pick().hasResult()).isFalse();
		this.helper.time.pass(Duration.ofMillis(500));
		assertThat(pickedSubchannel()).isEqualTo(this.helper.subchannels.get(0));
		this.helper.last().fail("refused");
		assertThat(pickedSubchannel()).isEqualTo(this.helper.subchannels.get(0));
		assertThat(this.helper.subchannels).hasSize(2);
	}

	@Test
	void fullPodIsPassedOver() {
		give(PolicyConfig.parse(Map.of("maxConcurrentStreams", 10.0, "maxConnectionsPerPod", 1.0)), pod(1), pod(2));
		this.helper.subchannels.forEach(FakeSubchannel::ready);
		Object first = pickedSubchannel();
		while (true) {
			PickResult pick = this.helper.pick();
			if (picked(pick) == first && begin(pick) != null && inFlight(pick) == 9) {
				break;
			}
		}
		for (int i = 0; i < 10; i++) {
			assertThat(pickedSubchannel()).isNotEqualTo(first);
		}
	}

	@Test
	void pitfall23CallIsCountedOnceHoweverItEnds() {
		give(PolicyConfig.DEFAULT, pod(1));
		this.helper.last().ready();
		PickResult pick = this.helper.pick();
		ClientStreamTracer call = begin(pick);
		call.streamCreated(Attributes.EMPTY, new Metadata());
		assertThat(inFlight(pick)).isEqualTo(1);
		call.streamClosed(Status.CANCELLED);
		call.streamClosed(Status.CANCELLED);
		assertThat(inFlight(pick)).isZero();
		ClientStreamTracer neverCreated = tracer(pick);
		neverCreated.streamClosed(Status.CANCELLED);
		neverCreated.streamCreated(Attributes.EMPTY, new Metadata());
		assertThat(inFlight(pick)).isZero();
	}

	private static EquivalentAddressGroup zoned(int number, String zone) {
		EquivalentAddressGroup pod = pod(number);
		return new EquivalentAddressGroup(pod.getAddresses(),
				pod.getAttributes().toBuilder().set(EndpointAttributes.ZONE, zone).build());
	}

	private static LoadBalancer.ResolvedAddresses inZone(@Nullable String zone, EquivalentAddressGroup... pods) {
		Attributes attributes = (zone != null)
				? Attributes.newBuilder().set(EndpointAttributes.PREFERRED_ZONE, zone).build() : Attributes.EMPTY;
		return found(PolicyConfig.DEFAULT, pods).toBuilder().setAttributes(attributes).build();
	}

	/**
	 * How many of some calls each connection gets.
	 */
	private Map<Object, Integer> picked() {
		Map<Object, Integer> picked = new HashMap<>();
		for (int i = 0; i < 60; i++) {
			picked.merge(pickedSubchannel(), 1, Integer::sum);
		}
		return picked;
	}

	@Test
	void metersSayWhichPodsCallsCanGoTo() {
		give(PolicyConfig.DEFAULT, pods(1, 3));
		assertPods(0, 0);
		this.helper.subchannels.get(0).ready();
		this.helper.subchannels.get(1).ready();
		this.helper.subchannels.get(2).fail("refused");
		assertPods(2, 1);
		give(PolicyConfig.DEFAULT, pods(2, 3));
		assertPods(1, 1);
		assertThat(this.helper.counted(BalancingMeter.EMPTIED)).isZero();
		give(none(PolicyConfig.DEFAULT, NONE));
		give(none(PolicyConfig.DEFAULT, NONE));
		assertPods(0, 0);
		assertThat(this.helper.counted(BalancingMeter.EMPTIED)).isEqualTo(1);
		give(PolicyConfig.DEFAULT, pods(1, 3));
		this.helper.last().ready();
		assertThat(this.helper.counted(BalancingMeter.WARM_UP_TIMEOUTS)).isZero();
		this.helper.time.pass(Duration.ofMillis(500));
		assertThat(this.helper.counted(BalancingMeter.WARM_UP_TIMEOUTS)).isEqualTo(1);
		assertPods(1, 0);
		this.balancer.shutdown();
		assertPods(0, 0);
	}

	@Test
	void metersSayHowManyConnectionsBusyPodsNeed() {
		give(PolicyConfig.parse(Map.of("maxConcurrentStreams", 10.0)), pod(1), pod(2));
		this.helper.subchannels.forEach(FakeSubchannel::ready);
		assertThat(this.helper.counted(BalancingMeter.EXTRA_CONNECTIONS)).isZero();
		List<ClientStreamTracer> calls = new ArrayList<>();
		for (int i = 0; i < 16; i++) {
			calls.add(begin(this.helper.pick()));
		}
		assertThat(this.helper.counted(BalancingMeter.EXTRA_CONNECTIONS)).isEqualTo(2);
		give(PolicyConfig.parse(Map.of("maxConcurrentStreams", 10.0)), pod(1));
		assertThat(this.helper.counted(BalancingMeter.EXTRA_CONNECTIONS)).isEqualTo(1);
		calls.forEach((call) -> call.streamClosed(Status.OK));
		this.helper.time.pass(Duration.ofMinutes(5));
		assertThat(this.helper.counted(BalancingMeter.EXTRA_CONNECTIONS)).isZero();
		assertPods(1, 0);
	}

	private void assertPods(long ready, long failed) {
		assertThat(this.helper.counted(BalancingMeter.PODS_READY)).as("ready").isEqualTo(ready);
		assertThat(this.helper.counted(BalancingMeter.PODS_FAILED)).as("failed").isEqualTo(failed);
	}

	private void give(PolicyConfig config, EquivalentAddressGroup... pods) {
		give(found(config, pods));
	}

	private void give(LoadBalancer.ResolvedAddresses resolved) {
		this.helper.run(() -> this.balancer.acceptResolvedAddresses(resolved));
	}

	private static PolicyConfig config(String child) {
		return child.isEmpty() ? PolicyConfig.DEFAULT
				: PolicyConfig.parse(Map.of("childPolicy", List.of(Map.of(child, Map.of()))));
	}

	private int dials() {
		return this.helper.subchannels.stream().mapToInt((subchannel) -> subchannel.dials).sum();
	}

	private Object pickedSubchannel() {
		return picked(this.helper.pick());
	}

	private static Object picked(PickResult pick) {
		LoadBalancer.Subchannel subchannel = pick.getSubchannel();
		assertThat(subchannel).isNotNull();
		return subchannel.getInternalSubchannel();
	}

	private static ClientStreamTracer begin(PickResult pick) {
		ClientStreamTracer tracer = tracer(pick);
		tracer.streamCreated(Attributes.EMPTY, new Metadata());
		return tracer;
	}

	private static ClientStreamTracer tracer(PickResult pick) {
		ClientStreamTracer.Factory factory = pick.getStreamTracerFactory();
		assertThat(factory).isNotNull();
		return factory.newClientStreamTracer(
				ClientStreamTracer.StreamInfo.newBuilder().setCallOptions(CallOptions.DEFAULT).build(), new Metadata());
	}

	private static int inFlight(PickResult pick) {
		return (pick.getStreamTracerFactory() instanceof Calls calls) ? calls.inFlight() : -1;
	}

}
