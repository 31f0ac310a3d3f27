package io.github.grpck8s.discovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.github.grpck8s.ManualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When DNS is asked and what is believed, with answers given by hand and time that stands
 * still.
 */
class DnsSourceTests {

	private final ManualTime time = new ManualTime();

	private final List<CompletableFuture<DnsAnswer>> questions = new ArrayList<>();

	private final List<Long> askedAt = new ArrayList<>();

	private final Heard heard = new Heard();

	private final DnsSource source = new DnsSource(Slices.USERS, "SRV _grpc._tcp.users.shop.svc.cluster.local.", () -> {
		CompletableFuture<DnsAnswer> question = new CompletableFuture<>();
		this.questions.add(question);
		this.askedAt.add(this.time.millis());
		return question;
	}, new DnsSettings(Duration.ofSeconds(20), Duration.ofSeconds(1), Duration.ofSeconds(30), null, List.of()),
			this.time, this.time::nanos, new Random(1), this.heard);

	@BeforeEach
	void start() {
		this.source.start();
		this.time.settle();
	}

	@Test
	void r07_refreshAsksAtMostOncePerFiveSeconds() {
		answer("10.0.0.1");
		for (int i = 0; i < 100; i++) {
			this.source.refresh();
			this.time.passMillis(10);
		}
		assertThat(this.questions).hasSize(1);
		this.time.passMillis(4_100);
		assertThat(this.questions).hasSize(2);
		answer("10.0.0.1");
		this.time.passMillis(6_000);
		assertThat(this.questions).hasSize(2);
		this.source.refresh();
		this.time.settle();
		assertThat(this.questions).hasSize(3);
		this.source.refresh();
		assertThat(this.questions).as("while one is on its way").hasSize(3);
		assertThat(this.heard.lists).as("changes nothing by itself").hasSize(1);
	}

	@Test
	void isAskedOnceInAnIntervalWithAnyJitter() {
		for (int i = 0; i < 50; i++) {
			answer("10.0.0.1");
			this.time.pass(Duration.ofSeconds(20));
		}
		for (int i = 1; i < this.askedAt.size(); i++) {
			assertThat(this.askedAt.get(i) - this.askedAt.get(i - 1)).isBetween(18_000L, 22_000L);
		}
		assertThat(this.askedAt.size()).isGreaterThanOrEqualTo(50);
	}

	@Test
	void nothingIsHeldForTheTimeThatIsSetAndThenBelieved() {
		answer("10.0.0.1");
		this.time.pass(Duration.ofSeconds(20));
		answer();
		this.time.pass(Duration.ofSeconds(20));
		answer();
		assertThat(this.heard.absences).isEmpty();
		assertThat(this.heard.problems).extracting(Problem::code).containsExactly("dns-absent", "dns-absent");
		this.time.pass(Duration.ofSeconds(10));
		answer();
		this.time.pass(Duration.ofSeconds(2));
		answer();
		assertThat(this.heard.absences).isNotEmpty();
		assertThat(this.heard.absences.get(0)).contains("no such headless Service", "no ready pod");
		answerNext("10.0.0.1");
		assertThat(this.heard.lists).hasSize(2);
	}

	@Test
	void r40_failuresFromTheBeginningAreFollowedByQuicklyGrowingWaits() {
		for (int i = 0; i < 10; i++) {
			fail();
			this.time.pass(Duration.ofSeconds(20));
		}
		assertThat(this.askedAt.get(1) - this.askedAt.get(0)).isLessThanOrEqualTo(1_000);
		assertThat(this.askedAt.get(2) - this.askedAt.get(1)).isGreaterThan(1_000);
		assertThat(this.heard.problems).hasSize(10);
		answer("10.0.0.1");
		assertThat(this.heard.lists).hasSize(1);
	}

	@Test
	void closedSourceAsksNoMore() {
		this.source.close();
		answer("10.0.0.1");
		this.source.refresh();
		this.time.pass(Duration.ofMinutes(1));
		assertThat(this.questions).hasSize(1);
		assertThat(this.heard.lists).isEmpty();
		assertThat(this.time.pending()).isZero();
	}

	private void answerNext(String... addresses) {
		this.time.pass(Duration.ofSeconds(20));
		answer(addresses);
	}

	private void answer(String... addresses) {
		this.questions.get(this.questions.size() - 1)
			.complete(DnsAnswer.of("grpc",
					Stream.of(addresses)
						.map((address) -> new DnsAnswer.Pod(Slices.inet(address), 9090, null))
						.toList()));
	}

	private void fail() {
		this.questions.get(this.questions.size() - 1)
			.completeExceptionally(new DnsServers.DnsException("10.96.0.10:53 answered SERVFAIL"));
	}

	private static final class Heard implements SliceReceiver {

		final List<Collection<Slice>> lists = new ArrayList<>();

		final List<String> absences = new ArrayList<>();

		final List<Problem> problems = new ArrayList<>();

		@Override
		public void listed(Collection<Slice> slices, @Nullable String version) {
			this.lists.add(slices);
		}

		@Override
		public void restored(Collection<Slice> slices, String version) {
		}

		@Override
		public void absent(String why) {
			this.absences.add(why);
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
			this.problems.add(problem);
		}

		@Override
		public void restarted(String why) {
		}

	}

}
