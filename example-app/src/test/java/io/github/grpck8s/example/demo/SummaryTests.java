package io.github.grpck8s.example.demo;

import java.util.List;

import io.github.grpck8s.example.demo.Summary.Served;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the demo says of the client's report.
 */
class SummaryTests {

	private static final Second ONE = Second.parse("""
			{"second":1,"time":2000,"calls":200,"failures":{},"pods":{"users-1":200},\
			"first":{"users-1":1500},"notSent":0}
			""");

	private static final Second OTHER = Second.parse("""
			{"second":2,"time":3000,"calls":1200,"failures":{},"pods":{"users-1":1100,"users-2":100},\
			"first":{"users-2":2630},"notSent":3}
			""");

	private static final Second FAILED = Second.parse("""
			{"second":3,"time":4000,"calls":3,"failures":{"UNAVAILABLE":2},"pods":{"users-1":1},\
			"first":{},"notSent":0}
			""");

	private static final Served OLD = new Served("users-1", "127.0.0.11", 900);

	private static final Served NEW = new Served("users-2", "127.0.0.12", 2_600);

	@Test
	void addsUpAndTellsHowSoonANewPodWasCalled() {
		Summary summary = new Summary(List.of(ONE, OTHER), List.of(OLD, NEW));
		assertThat(summary.isSuccess()).isTrue();
		assertThat(summary.text()).isEqualToNormalizingNewlines("""
				Summary
				     1,400 calls
				         0 failed
				         3 not made: the client did not keep up
				  users-1  127.0.0.11     1,300 calls  92.9 %   there before the client
				  users-2  127.0.0.12       100 calls   7.1 %   first call answered 30 ms after it was ready
				""");
	}

	@Test
	void oneFailedCallIsNoSuccess() {
		Summary summary = new Summary(List.of(ONE, OTHER, FAILED), List.of(OLD, NEW));
		assertThat(summary.isSuccess()).isFalse();
		assertThat(summary.text()).contains("2 failed {UNAVAILABLE=2}");
	}

	@Test
	void podWithoutCallsIsNoSuccess() {
		Summary summary = new Summary(List.of(ONE), List.of(OLD, NEW));
		assertThat(summary.isSuccess()).isFalse();
		assertThat(summary.text()).contains("got no call");
	}

}
