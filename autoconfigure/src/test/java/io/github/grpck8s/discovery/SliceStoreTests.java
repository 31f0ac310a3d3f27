package io.github.grpck8s.discovery;

import java.util.List;

import org.junit.jupiter.api.Test;

import static io.github.grpck8s.discovery.Slices.slice;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the store believes.
 */
class SliceStoreTests {

	private final SliceStore store = new SliceStore(100);

	@Test
	void r37_deletionOfAnotherSliceOfTheSameNameIsIgnored() {
		this.store.put(slice("a").uid("new").version("20").ready("10.0.0.1").get(), 0);
		assertThat(this.store.remove("a", "old", "19", 0)).isFalse();
		assertThat(this.store.slices()).hasSize(1);
		assertThat(this.store.remove("a", "new", "21", 0)).isTrue();
	}

	@Test
	void r37_deletionWithUnknownFinalStateIsTaken() {
		this.store.put(slice("a").version("20").ready("10.0.0.1").get(), 0);
		assertThat(this.store.remove("a", null, null, 0)).isTrue();
		assertThat(this.store.slices()).isEmpty();
	}

	@Test
	void r47_olderVersionOfASliceDoesNotReplaceIt() {
		Slice newer = slice("a").version("100").ready("10.0.0.1").get();
		this.store.put(newer, 0);
		assertThat(this.store.put(slice("a").version("99").ready("10.0.0.2").get(), 0)).isFalse();
		this.store.replace(List.of(slice("a").version("99").ready("10.0.0.2").get()), "99", 0);
		assertThat(this.store.slices()).containsExactly(newer);
	}

	@Test
	void r47_anotherUidReplacesWhateverItsVersion() {
		this.store.put(slice("a").uid("x").version("100").get(), 0);
		Slice other = slice("a").uid("y").version("1").get();
		assertThat(this.store.put(other, 0)).isTrue();
		assertThat(this.store.slices()).containsExactly(other);
	}

	@Test
	void r47_staleListDropsNothingThatIsYounger() {
		Slice young = slice("b").version("100").ready("10.0.0.2").get();
		this.store.put(slice("a").version("50").ready("10.0.0.1").get(), 0);
		this.store.put(young, 0);
		this.store.replace(List.of(), "80", 0);
		assertThat(this.store.slices()).containsExactly(young);
	}

	@Test
	void r47_staleListDoesNotBringBackWhatIsDeleted() {
		Slice gone = slice("a").version("50").ready("10.0.0.1").get();
		this.store.put(gone, 0);
		this.store.remove("a", gone.uid, "60", 0);
		this.store.replace(List.of(gone), "55", 0);
		assertThat(this.store.slices()).isEmpty();
	}

	@Test
	void r37_replayedDeletionDoesNotTakeAwayWhatIsYounger() {
		Slice back = slice("a").version("70").ready("10.0.0.1").get();
		this.store.put(back, 0);
		assertThat(this.store.remove("a", back.uid, "60", 0)).isFalse();
		assertThat(this.store.slices()).containsExactly(back);
	}

	@Test
	void r47_sliceThatLeftTheServiceMayComeBack() {
		Slice gone = slice("a").version("50").ready("10.0.0.1").get();
		this.store.put(gone, 0);
		this.store.remove("a", gone.uid, "60", 0);
		assertThat(this.store.put(gone, 0)).as("an old event").isFalse();
		Slice back = slice("a").version("61").ready("10.0.0.1").get();
		assertThat(this.store.put(back, 0)).isTrue();
		this.store.replace(List.of(back), "62", 0);
		assertThat(this.store.slices()).containsExactly(back);
	}

	@Test
	void r47_staleListDoesNotBringBackWhatAListDidNotHold() {
		Slice gone = slice("a").version("50").ready("10.0.0.1").get();
		this.store.put(gone, 0);
		this.store.replace(List.of(), "60", 0);
		this.store.replace(List.of(gone), "55", 0);
		assertThat(this.store.slices()).isEmpty();
	}

	@Test
	void r47_staleListDoesNotBringBackThePredecessorOfTheSameName() {
		Slice young = slice("a").uid("y").version("70").ready("10.0.0.2").get();
		this.store.put(young, 0);
		this.store.replace(List.of(slice("a").uid("x").version("50").ready("10.0.0.1").get()), "60", 0);
		assertThat(this.store.slices()).containsExactly(young);
	}

	@Test
	void r47_versionsOfBeforeCountNoMoreOnceTheyAreForgotten() {
		SliceStore store = new SliceStore(0);
		store.replace(List.of(slice("a").version("90").get(), slice("b").version("91").get()), "100", 0);
		store.remove("b", "uid-b", "101", 0);
		store.forgetVersions();
		store.replace(List.of(slice("a").version("30").ready("10.0.0.2").get(), slice("b").version("31").get()), "40",
				0);
		assertThat(store.slices()).extracting((slice) -> slice.resourceVersion).containsExactly("30", "31");
	}

	@Test
	void r56_whatVanishesIsHeldForAWhile() {
		this.store.put(slice("a").version("1").ready("10.0.0.1", "10.0.0.2").get(), 0);
		this.store.put(slice("a").version("2").ready("10.0.0.1").get(), 10);
		assertThat(this.store.held()).singleElement()
			.satisfies((held) -> assertThat(held.endpoints).singleElement()
				.satisfies((endpoint) -> assertThat(endpoint.data.address()).isEqualTo(Slices.inet("10.0.0.2"))));
		assertThat(this.store.expire(50)).isEqualTo(60);
		assertThat(this.store.expire(110)).isEqualTo(-1);
		assertThat(this.store.held()).isEmpty();
	}

}
