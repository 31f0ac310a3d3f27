package io.github.grpck8s.benchmarks.measure;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class QuartilesTests {

	@Test
	void lieBetweenTheValues() {
		assertThat(Quartiles.of(4, 1, 3, 2)).isEqualTo(new Quartiles(1.75, 2.5, 3.25));
		assertThat(Quartiles.of(7)).isEqualTo(new Quartiles(7, 7, 7));
	}

	@Test
	void ofRatiosCompareWithinARound() {
		assertThat(Quartiles.ofRatios(List.of(20.0, 2.0, 200.0), List.of(10.0, 1.0, 100.0)))
			.isEqualTo(new Quartiles(2, 2, 2));
	}

	@Test
	void aRatioIsAlwaysANumber() {
		assertThat(Quartiles.ratio(0, 0)).isEqualTo(1);
		assertThat(Quartiles.ratio(0, 5)).isZero();
		assertThat(Quartiles.ratio(5, 0)).isEqualTo(1000);
	}

}
