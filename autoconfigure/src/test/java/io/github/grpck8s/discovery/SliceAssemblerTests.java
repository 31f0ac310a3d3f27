package io.github.grpck8s.discovery;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

import io.github.grpck8s.EndpointAttributes;
import io.github.grpck8s.discovery.EndpointSet.Tier;
import io.github.grpck8s.discovery.EndpointSet.Topology;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static io.github.grpck8s.discovery.Slices.USERS;
import static io.github.grpck8s.discovery.Slices.endpoint;
import static io.github.grpck8s.discovery.Slices.placed;
import static io.github.grpck8s.discovery.Slices.slice;
import static io.github.grpck8s.discovery.Slices.wanted;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rules of merging, each by its number.
 */
class SliceAssemblerTests {

	private static final Selection GRPC = wanted("k8s:///users.shop:grpc");

	private static final Selection ANY = wanted("k8s:///users.shop");

	@Test
	void r10_resultIsTheUnionInAnyOrder() {
		Slice a = grpc("a").ready("10.0.0.3", "10.0.0.1").get();
		Slice b = grpc("b").ready("10.0.0.2").get();
		assertThat(addresses(assemble(GRPC, a, b))).containsExactly("10.0.0.1:9090", "10.0.0.2:9090", "10.0.0.3:9090");
		assertThat(assemble(GRPC, b, a)).isEqualTo(assemble(GRPC, a, b));
	}

	@Test
	void r11_anotherVersionOfASliceReplacesOnlyItsPart() {
		Slice other = grpc("b").ready("10.0.0.9").get();
		assertThat(addresses(assemble(GRPC, grpc("a").ready("10.0.0.1").get(), other))).contains("10.0.0.1:9090");
		assertThat(addresses(assemble(GRPC, slice("a").version("2").port("grpc", 7070).ready("10.0.0.2").get(), other)))
			.containsExactly("10.0.0.2:7070", "10.0.0.9:9090");
	}

	@Test
	void r12_whatIsInAnotherSliceTooStays() {
		Slice kept = grpc("b").ready("10.0.0.1", "10.0.0.2").get();
		assertThat(addresses(assemble(GRPC, grpc("a").ready("10.0.0.1", "10.0.0.3").get(), kept))).hasSize(3);
		assertThat(addresses(assemble(GRPC, kept))).containsExactly("10.0.0.1:9090", "10.0.0.2:9090");
	}

	@Test
	void r13_newerSliceDecidesConditionsOfADuplicate() {
		Slice ready = grpc("a").version("99").ready("10.0.0.1").get();
		Slice gone = grpc("b").version("100").with(endpoint("10.0.0.1", false, false, false)).get();
		assertThat(assemble(GRPC, ready, gone).isEmpty()).isTrue();
		assertThat(assemble(GRPC, gone, ready).isEmpty()).isTrue();
		Slice older = grpc("b").version("9").with(endpoint("10.0.0.1", false, false, false)).get();
		assertThat(addresses(assemble(GRPC, ready, older))).containsExactly("10.0.0.1:9090");
	}

	@Test
	void r13_withoutComparableVersionsNotTerminatingWins() {
		Slice terminating = grpc("a").version("x").with(endpoint("10.0.0.1", false, true, true)).get();
		Slice ready = grpc("b").version("1").ready("10.0.0.1").get();
		assertThat(assemble(GRPC, terminating, ready).tier()).isEqualTo(Tier.READY);
		assertThat(assemble(GRPC, ready, terminating).tier()).isEqualTo(Tier.READY);
	}

	@Test
	void r15_terminatingPodsAreUsedOnlyWhenNothingElseIs() {
		Slice draining = grpc("a")
			.with(endpoint("10.0.0.1", false, true, true), endpoint("10.0.0.2", false, false, true))
			.get();
		EndpointSet set = assemble(GRPC, draining);
		assertThat(set.tier()).isEqualTo(Tier.DRAINING);
		assertThat(addresses(set)).containsExactly("10.0.0.1:9090");
		EndpointSet none = assemble(GRPC,
				grpc("a")
					.with(endpoint("10.0.0.2", false, false, true), endpoint("10.0.0.3", false, false, false),
							endpoint("10.0.0.4", false, false, false))
					.get());
		assertThat(none.isEmpty()).isTrue();
		assertThat(none.describe(USERS)).isEqualTo("shop/users has 0 ready endpoints (2 not ready, 1 terminating)");
	}

	@Test
	void r15_tiersAreDecidedOverAllSlices() {
		Slice draining = grpc("a").with(endpoint("10.0.0.1", false, true, true)).get();
		assertThat(addresses(assemble(GRPC, draining, grpc("b").ready("10.0.0.2").get())))
			.containsExactly("10.0.0.2:9090");
		// ready, but at a port that is not ours
		assertThat(addresses(assemble(GRPC, draining, slice("b").port("http", 80).ready("10.0.0.2").get())))
			.containsExactly("10.0.0.1:9090");
	}

	@Test
	void r16_notReadyIsNeverPickedThoughServing() {
		assertThat(assemble(GRPC, grpc("a").with(endpoint("10.0.0.1", false, true, false)).get()).isEmpty()).isTrue();
	}

	@Test
	void r17_firstReadyEndpointReplacesAllDraining() {
		Slice both = grpc("a").with(endpoint("10.0.0.1", false, true, true)).ready("10.0.0.2").get();
		assertThat(addresses(assemble(GRPC, both))).containsExactly("10.0.0.2:9090");
	}

	@Test
	void r19_noSliceAtAllHasOneText() {
		assertThat(assemble(GRPC).describe(USERS))
			.isEqualTo("No EndpointSlice carries kubernetes.io/service-name=users in namespace shop: no such Service, "
					+ "or it is ExternalName (use dns:///) or has no selector");
	}

	@Test
	void r19_placeholderIsEmptyAndNoFault() {
		EndpointSet set = assemble(GRPC, slice("a").get());
		assertThat(set.fault()).isNull();
		assertThat(set.describe(USERS)).isEqualTo("shop/users has 0 ready endpoints (0 not ready, 0 terminating)");
		assertThat(assemble(ANY, slice("a").get()).fault()).isNull();
	}

	@Test
	void r20_onlyOneFamilyIsUsed() {
		Slice four = grpc("a").ready("10.0.0.1").get();
		Slice six = grpc("b").ipv6().ready("fd00::1").get();
		assertThat(addresses(assemble(GRPC, four, six))).containsExactly("10.0.0.1:9090");
		assertThat(assemble(prefer(IpFamily.IPV6, false), four, six).family()).isEqualTo(IpFamily.IPV6);
		assertThat(assemble(GRPC, six).endpoints()).hasSize(1);
	}

	@Test
	void r20_podThatChangesItsPortNumberAppearsOnce() {
		Slice before = grpc("a").version("5").ready("10.0.0.1").get();
		Slice after = slice("b").version("6").port("grpc", 7070).ready("10.0.0.1").get();
		assertThat(addresses(assemble(GRPC, before, after))).containsExactly("10.0.0.1:7070");
		assertThat(addresses(assemble(GRPC, after, before))).containsExactly("10.0.0.1:7070");
	}

	@Test
	void r21_otherFamilyIsUsedWhenThePreferredHasNothing() {
		Slice four = grpc("a").ready("10.0.0.1").get();
		Slice six = grpc("b").ipv6().with(endpoint("fd00::1", false, false, false)).get();
		assertThat(addresses(assemble(prefer(IpFamily.IPV6, false), four, six))).containsExactly("10.0.0.1:9090");
		assertThat(assemble(prefer(IpFamily.IPV6, true), four, six).isEmpty()).isTrue();
	}

	@Test
	void r22_eachPodHasThePortNumberOfItsSlice() {
		assertThat(addresses(assemble(GRPC, grpc("a").ready("10.0.0.1").get(),
				slice("b").port("grpc", 7070).ready("10.0.0.2").get())))
			.containsExactly("10.0.0.1:9090", "10.0.0.2:7070");
	}

	@Test
	void r23_unknownPortNameListsThoseThatExist() {
		EndpointSet set = assemble(wanted("k8s:///users.shop:rpc"),
				grpc("a").port("http", 8080).ready("10.0.0.1").get());
		assertThat(set.fault()).isEqualTo("No EndpointSlice of shop/users has a port named 'rpc'; "
				+ "the pods of shop/users have the ports grpc [9090], http [8080]");
	}

	@Test
	void r23_slicesWithoutThePortAreSkipped() {
		assertThat(addresses(assemble(GRPC, grpc("a").ready("10.0.0.1").get(),
				slice("b").port("http", 80).ready("10.0.0.2").get(), slice("c").ready("10.0.0.3").get())))
			.containsExactly("10.0.0.1:9090");
	}

	@Test
	void r24_withoutPortTheOnlyOneIsTaken() {
		assertThat(addresses(assemble(ANY, slice("a").port("", 1234).ready("10.0.0.1").get())))
			.containsExactly("10.0.0.1:1234");
		assertThat(addresses(assemble(ANY, slice("a").port("x", 1).ready("10.0.0.1").get(),
				slice("b").port("x", 2).ready("10.0.0.2").get())))
			.containsExactly("10.0.0.1:1", "10.0.0.2:2");
	}

	@Test
	void r24_withoutPortGrpcIsTakenThenItsProtocol() {
		assertThat(addresses(assemble(ANY, slice("a").port("http", 80).port("grpc", 9090).ready("10.0.0.1").get())))
			.containsExactly("10.0.0.1:9090");
		assertThat(addresses(
				assemble(ANY, slice("a").port("http", 80).port("rpc", 7, "kubernetes.io/h2c").ready("10.0.0.1").get())))
			.containsExactly("10.0.0.1:7");
	}

	@Test
	void r24_ambiguityIsAFault() {
		assertThat(assemble(ANY, slice("a").port("http", 80).port("rpc", 7).ready("10.0.0.1").get()).fault())
			.contains("names no port")
			.contains("http [80], rpc [7]")
			.contains("k8s:///users.shop:http");
	}

	@Test
	void r25_numberIsThePodsPort() {
		Slice slice = slice("a").port("grpc", 9090).port("http", 8080).ready("10.0.0.1").get();
		assertThat(addresses(assemble(wanted("k8s:///users.shop:8080"), slice))).containsExactly("10.0.0.1:8080");
		assertThat(assemble(wanted("k8s:///users.shop:80"), slice).fault())
			.contains("A Service port number is not in slices")
			.contains("grpc [9090], http [8080]");
	}

	@Test
	void r25_numberThatIsInNoSliceIsUsedAsItIsInTheLiteralMode() {
		Selection literal = new Selection(KubernetesTarget.parse("k8s:///users.shop:7070").port(), true, IpFamily.AUTO,
				false, null, null, 0);
		Slice withoutPorts = slice("b").ready("10.0.0.2").get();
		assertThat(addresses(assemble(literal, grpc("a").ready("10.0.0.1").get(), withoutPorts)))
			.containsExactly("10.0.0.1:7070", "10.0.0.2:7070");
		assertThat(addresses(assemble(literal, grpc("a").ready("10.0.0.1").get(),
				slice("c").port("admin", 7070).ready("10.0.0.3").get())))
			.as("a port that some slice has is looked up")
			.containsExactly("10.0.0.3:7070");
		assertThat(assemble(new Selection(literal.port(), IpFamily.AUTO, false, null, null), withoutPorts).fault())
			.contains("literal-ports");
	}

	@Test
	void r27_publishNotReadyAddressesWhileTerminatingIsDrainingOnly() {
		Slice terminating = grpc("a").with(endpoint("10.0.0.1", true, false, true)).get();
		assertThat(assemble(GRPC, terminating).tier()).isEqualTo(Tier.DRAINING);
		assertThat(addresses(assemble(GRPC, terminating, grpc("b").ready("10.0.0.2").get())))
			.containsExactly("10.0.0.2:9090");
	}

	@Test
	void r28_zoneHintsCountWhenAllHaveThemAndOneIsMine() {
		Slice slice = grpc("a")
			.with(placed("10.0.0.1", "n1", "z1", Set.of(), Set.of("z1")),
					placed("10.0.0.2", "n2", "z2", Set.of(), Set.of("z2")))
			.get();
		EndpointSet mine = assemble(at("n9", "z2"), slice);
		assertThat(mine.topology()).isEqualTo(Topology.ZONE);
		assertThat(addresses(mine)).containsExactly("10.0.0.2:9090");
		assertThat(assemble(at("n9", "z3"), slice).endpoints()).hasSize(2);
		assertThat(assemble(at("n9", "z2"), slice, grpc("b").ready("10.0.0.3").get()).endpoints()).hasSize(3);
	}

	@Test
	void r28_nodeHintsComeBeforeZoneHints() {
		Slice slice = grpc("a")
			.with(placed("10.0.0.1", "n1", "z1", Set.of("n1"), Set.of("z1")),
					placed("10.0.0.2", "n2", "z1", Set.of("n2"), Set.of("z1")))
			.get();
		EndpointSet mine = assemble(at("n1", "z1"), slice);
		assertThat(mine.topology()).isEqualTo(Topology.NODE);
		assertThat(addresses(mine)).containsExactly("10.0.0.1:9090");
		assertThat(assemble(at("n9", "z1"), slice).topology()).isEqualTo(Topology.ZONE);
	}

	@Test
	void r28_hintsOfDrainingEndpointsAreIgnored() {
		var hinted = placed("10.0.0.1", "n1", "z1", Set.of(), Set.of("z1"));
		var draining = new EndpointData(hinted.address(), false, true, true, "n1", "z1", Set.of(), Set.of("z1"), null,
				null);
		assertThat(assemble(at("n1", "z2"), grpc("a").with(draining).get()).topology()).isEqualTo(Topology.ALL);
	}

	@Test
	void r29_unknownOwnZoneMeansAllEndpoints() {
		Slice slice = grpc("a")
			.with(placed("10.0.0.1", "n1", "z1", Set.of(), Set.of("z1")),
					placed("10.0.0.2", "n2", "z2", Set.of(), Set.of("z2")))
			.get();
		EndpointSet set = assemble(GRPC, slice);
		assertThat(set.topology()).isEqualTo(Topology.UNKNOWN);
		assertThat(set.endpoints()).hasSize(2);
	}

	@Test
	void r30_ownZoneIsThatOfAnEndpointOnTheOwnNode() {
		Slice slice = grpc("a")
			.with(placed("10.0.0.1", "n1", "z1", Set.of(), Set.of("z1")),
					placed("10.0.0.2", "n2", "z2", Set.of(), Set.of("z2")))
			.get();
		assertThat(addresses(assemble(at("n2", null), slice))).containsExactly("10.0.0.2:9090");
	}

	@Test
	void r31_ownZoneIsPreferredWithoutHintsOnlyWhereThatIsSet() {
		Slice slice = grpc("a").with(placed("10.0.0.1", "n1", "z1", Set.of(), Set.of()),
				placed("10.0.0.2", "n2", "z1", Set.of(), Set.of()), placed("10.0.0.3", "n3", "z2", Set.of(), Set.of()))
			.get();
		assertThat(assemble(inZone("z1", 2), slice)).satisfies((set) -> {
			assertThat(set.preferredZone()).isEqualTo("z1");
			assertThat(set.endpoints()).as("the others are for when it is not well").hasSize(3);
		});
		assertThat(assemble(at("n1", "z1"), slice).preferredZone()).isNull();
		assertThat(assemble(inZone("z2", 2), slice).preferredZone()).as("too few").isNull();
		assertThat(assemble(inZone("z2", 1), slice).preferredZone()).isEqualTo("z2");
		assertThat(assemble(inZone("z3", 1), slice).preferredZone()).isNull();
		assertThat(assemble(inZone(null, 1), slice).preferredZone()).isNull();
	}

	@Test
	void r31_hintsComeFirst() {
		Slice hinted = grpc("a")
			.with(placed("10.0.0.1", "n1", "z1", Set.of(), Set.of("z2")),
					placed("10.0.0.2", "n2", "z1", Set.of(), Set.of("z1")))
			.get();
		assertThat(assemble(inZone("z1", 1), hinted)).satisfies((set) -> {
			assertThat(set.preferredZone()).isNull();
			assertThat(addresses(set)).containsExactly("10.0.0.2:9090");
		});
	}

	@Test
	void r31_zoneWithFewerThanHalfReadyIsNotPreferred() {
		EndpointData notReady = new EndpointData(Slices.inet("10.0.0.2"), false, false, false, null, "z1", Set.of(),
				Set.of(), null, null);
		EndpointData alsoNot = new EndpointData(Slices.inet("10.0.0.3"), false, false, false, null, "z1", Set.of(),
				Set.of(), null, null);
		Slices slice = grpc("a").with(placed("10.0.0.1", "n1", "z1", Set.of(), Set.of()), notReady);
		assertThat(assemble(inZone("z1", 1), slice.get()).preferredZone()).isEqualTo("z1");
		assertThat(assemble(inZone("z1", 1), slice.with(alsoNot).get()).preferredZone()).isNull();
	}

	@Test
	void r32_anotherUidIsAnotherEndpoint() {
		Slice before = grpc("a").ready("10.0.0.1").get();
		Slice after = grpc("a").with(Slices.of(endpoint("10.0.0.1", true, true, false), "another")).get();
		assertThat(assemble(GRPC, after).endpoints()).isNotEqualTo(assemble(GRPC, before).endpoints());
		assertThat(assemble(GRPC, after).endpoints().get(0).group().getAttributes().get(EndpointAttributes.POD_UID))
			.isEqualTo("another");
	}

	@Test
	void r33_nameVersionAndUnusedPortsOfASliceDoNotMatter() {
		Slice before = grpc("a").ready("10.0.0.1").get();
		Slice after = slice("b").uid("other").version("7").port("http", 1).port("grpc", 9090).ready("10.0.0.1").get();
		assertThat(assemble(GRPC, after).endpoints()).isEqualTo(assemble(GRPC, before).endpoints());
	}

	@Test
	void r34_orderIsByAddressThenPort() {
		Slice six = grpc("b").ipv6().ready("fd00::2", "fd00::1:1", "fd00::1").get();
		assertThat(addresses(assemble(GRPC, grpc("a").ready("200.0.0.1", "10.0.0.10", "10.0.0.9").get())))
			.containsExactly("10.0.0.9:9090", "10.0.0.10:9090", "200.0.0.1:9090");
		assertThat(assemble(GRPC, six).endpoints()).extracting((endpoint) -> endpoint.data().address())
			.containsExactly(Slices.inet("fd00::1"), Slices.inet("fd00::2"), Slices.inet("fd00::1:1"));
	}

	@Test
	void r56_podOfTwoFamiliesIsHeldInEach() {
		Slice six = slice("six").ipv6()
			.port("grpc", 9090)
			.with(Slices.of(Slices.endpoint("fd00::1", true, true, false), "uid-1"))
			.get();
		Slice held = slice("four").port("grpc", 9090)
			.with(Slices.of(Slices.endpoint("10.0.0.1", true, true, false), "uid-1"))
			.get();
		EndpointSet set = SliceAssembler.assemble(Slices.USERS, List.of(six), List.of(held),
				Slices.wanted("k8s:///users.shop:grpc"));
		assertThat(set.endpoints()).singleElement().hasToString("10.0.0.1:9090");
	}

	@Test
	void heldEndpointsCountUntilTheyAppearElsewhere() {
		Slice held = grpc("a").ready("10.0.0.1").get();
		Slice other = grpc("b").ready("10.0.0.2").get();
		assertThat(SliceAssembler.assemble(USERS, List.of(other), List.of(held), GRPC).endpoints()).hasSize(2);
		Slice notReady = grpc("b").version("0").with(endpoint("10.0.0.1", false, false, false)).get();
		assertThat(SliceAssembler.assemble(USERS, List.of(notReady), List.of(held), GRPC).isEmpty()).isTrue();
		Slice moved = slice("c").port("grpc", 7070).ready("10.0.0.1").get();
		assertThat(addresses(SliceAssembler.assemble(USERS, List.of(moved), List.of(held), GRPC)))
			.containsExactly("10.0.0.1:7070");
	}

	private static Slices grpc(String name) {
		return slice(name).port("grpc", 9090);
	}

	private static Selection prefer(IpFamily family, boolean strict) {
		return new Selection(GRPC.port(), family, strict, null, null);
	}

	private static Selection at(String node, @Nullable String zone) {
		return new Selection(GRPC.port(), IpFamily.AUTO, false, node, zone);
	}

	private static Selection inZone(@Nullable String zone, int minimum) {
		return new Selection(GRPC.port(), false, IpFamily.AUTO, false, null, zone, minimum);
	}

	private static EndpointSet assemble(Selection wanted, Slice... slices) {
		return SliceAssembler.assemble(USERS, Arrays.asList(slices), List.of(), wanted);
	}

	private static List<String> addresses(EndpointSet set) {
		return set.endpoints().stream().map(PodEndpoint::toString).toList();
	}

}
