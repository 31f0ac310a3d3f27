package io.github.grpck8s.discovery;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ListAgeTests {

	private final ListAge age = new ListAge();

	@Test
	void r47_newerListsAreTaken() {
		assertThat(this.age.listed("10", 0)).isFalse();
		assertThat(this.age.listed("10", seconds(1))).isFalse();
		assertThat(this.age.listed("11", seconds(100))).isFalse();
		assertThat(this.age.listAgainIn(seconds(200))).isNegative();
	}

	@Test
	void r47_olderListIsDoubtedHoweverOftenItComesAtOnce() {
		this.age.listed("100", 0);
		for (int i = 0; i < 9; i++) {
			assertThat(this.age.listed("90", seconds(i))).isFalse();
		}
		assertThat(this.age.listAgainIn(seconds(8))).isEqualTo(seconds(2));
	}

	@Test
	void r47_listThatIsStillOlderAfterTenSecondsIsOfARestoredServer() {
		this.age.listed("100", 0);
		assertThat(this.age.listed("40", seconds(60))).isFalse();
		assertThat(this.age.listAgainIn(seconds(70))).isZero();
		assertThat(this.age.listed("41", seconds(70))).isTrue();
		assertThat(this.age.listAgainIn(seconds(70))).isNegative();
		assertThat(this.age.listed("42", seconds(71))).isFalse();
		assertThat(this.age.listAgainIn(seconds(71))).isNegative();
	}

	@Test
	void r47_replicaThatCatchesUpIsNoRestoredServer() {
		this.age.listed("100", 0);
		assertThat(this.age.listed("90", seconds(1))).isFalse();
		this.age.reached("99");
		assertThat(this.age.listAgainIn(seconds(5))).isPositive();
		this.age.reached("100");
		assertThat(this.age.listAgainIn(seconds(5))).isNegative();
		assertThat(this.age.listed("90", seconds(60))).isFalse();
	}

	@Test
	void r47_versionsThatCannotBeComparedAreTaken() {
		this.age.listed("abc", 0);
		assertThat(this.age.listed("abb", seconds(60))).isFalse();
		assertThat(this.age.listAgainIn(seconds(90))).isNegative();
	}

	private static long seconds(int seconds) {
		return TimeUnit.SECONDS.toNanos(seconds);
	}

}
