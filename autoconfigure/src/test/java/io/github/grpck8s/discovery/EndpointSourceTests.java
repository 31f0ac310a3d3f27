package io.github.grpck8s.discovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;

import io.github.grpck8s.ManualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.github.grpck8s.discovery.ScriptedApi.bookmark;
import static io.github.grpck8s.discovery.ScriptedApi.event;
import static io.github.grpck8s.discovery.ScriptedApi.item;
import static io.github.grpck8s.discovery.ScriptedApi.list;
import static io.github.grpck8s.discovery.ScriptedApi.page;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The life of a list and its watch.
 */
class EndpointSourceTests {

	private final ManualTime time = new ManualTime();

	private final ScriptedApi api = new ScriptedApi();

	private final Recorder heard = new Recorder();

	private final DiscoveryCounters counters = new DiscoveryCounters();

	private final EndpointSource source = new EndpointSource(Slices.USERS, this.api, this.time, this.time::nanos,
			new Random(1), Duration.ofSeconds(150), this.counters, this.heard);

	@BeforeEach
	void start() {
		this.source.start();
		this.time.settle();
	}

	@Test
	void r35_nothingIsSaidBeforeTheLastPage() {
		assertThat(this.api.last().path).contains("/namespaces/shop/endpointslices?")
			.contains("labelSelector=kubernetes.io%2Fservice-name%3Dusers")
			.contains("limit=500")
			.doesNotContain("continue");
		this.api.last().answer(200, page("7", "more", item("a", "5", "10.0.0.1")));
		assertThat(this.heard.lists).isEmpty();
		assertThat(this.api.last().path).contains("continue=more");
		this.api.last().answer(200, list("7", item("b", "6", "10.0.0.2")));
		assertThat(this.heard.lists).singleElement().satisfies((slices) -> assertThat(slices).hasSize(2));
		assertThat(this.api.last().path).contains("watch=true")
			.contains("resourceVersion=7")
			.contains("allowWatchBookmarks=true")
			.containsPattern("timeoutSeconds=[345]\\d\\d");
	}

	@Test
	void r36_expiredAsStatusOfTheWatchListsAnew() {
		watching();
		this.api.last().answer(410, "{}");
		relists();
	}

	@Test
	void r36_expiredAsEventListsAnew() {
		watching();
		this.api.last().send(event("ERROR", "{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\"}"));
		assertThat(this.api.last().cancelled).isTrue();
		relists();
	}

	@Test
	void r36_expiredBetweenPagesListsAnewInOnePiece() {
		this.api.last().answer(200, page("7", "more", item("a", "5", "10.0.0.1")));
		this.api.last().answer(410, "{}");
		this.time.pass(Duration.ofSeconds(1));
		assertThat(this.api.last().path).doesNotContain("continue").doesNotContain("limit");
		assertThat(this.heard.lists).isEmpty();
		assertThat(this.heard.problems).isEmpty();
	}

	@Test
	void r38_cleanEndIsFollowedByAWatchWithinTwoSeconds() {
		watching();
		this.api.last().send(event("MODIFIED", item("a", "9", "10.0.0.2")));
		this.api.last().end();
		long requests = this.api.requests.size();
		this.time.pass(Duration.ofSeconds(2));
		assertThat(this.api.requests).hasSize((int) requests + 1);
		assertThat(this.api.last().path).contains("watch=true").contains("resourceVersion=9");
		assertThat(this.heard.problems).isEmpty();
	}

	@Test
	void r40_failuresAreRetriedForEverWithinTheBackoff() {
		for (int i = 0; i < 50; i++) {
			int before = this.api.requests.size();
			this.api.last().cut();
			this.time.pass(Duration.ofSeconds(30));
			assertThat(this.api.requests).as("attempt %s", i).hasSize(before + 1);
		}
		assertThat(this.heard.problems).hasSize(50)
			.allSatisfy((problem) -> assertThat(problem.description())
				.contains("https://api.example cannot be reached to find the pods of shop/users")
				.contains("connection reset"));
	}

	@ParameterizedTest
	@ValueSource(ints = { 401, 403, 404 })
	void r41_denialsNameWhatIsNeeded(int status) {
		this.api.last().answer(status, "");
		assertThat(this.heard.problems).singleElement().satisfies((problem) -> {
			assertThat(problem.denied()).isTrue();
			assertThat(problem.description()).contains("shop/web");
		});
		this.time.pass(Duration.ofSeconds(3));
		this.api.last().answer(200, list("7"));
		assertThat(this.heard.lists).hasSize(1);
	}

	@Test
	void r43_retryAfterIsHonoured() {
		this.api.last().answer(429, "", "7");
		this.time.passMillis(6_999);
		assertThat(this.api.requests).hasSize(1);
		this.time.passMillis(1_002);
		assertThat(this.api.requests).hasSize(2);
	}

	/**
	 * The failures that would end an informer for good.
	 */
	@ParameterizedTest
	@ValueSource(ints = { 400, 401, 403, 404, 405, 410, 418, 422, 429, 500, 503, 504, 0, 1, 2 })
	void r44_whateverEndsARequestAnotherFollows(int kind) {
		for (int i = 0; i < 5; i++) {
			int before = this.api.requests.size();
			ScriptedApi.Request request = this.api.last();
			switch (kind) {
				case 0 -> request.cut();
				case 1 -> request.answer(200, "<html>");
				case 2 -> request.answer(200, "{\"items\":7}");
				default -> request.answer(kind, "{}");
			}
			this.time.pass(Duration.ofSeconds(31));
			assertThat(this.api.requests.size()).as("after failure %s", i).isGreaterThan(before);
		}
		watchingAgain();
	}

	@Test
	void r45_manyClientsComeBackSpreadOverThreeSeconds() {
		List<Long> delays = new ArrayList<>();
		for (int client = 0; client < 100; client++) {
			delays.add(new Backoff(new Random(client)).afterFailure());
		}
		assertThat(delays).allMatch((delay) -> delay >= 0 && delay <= 3_000);
		assertThat(delays.stream().mapToLong(Long::longValue).max().orElseThrow()
				- delays.stream().mapToLong(Long::longValue).min().orElseThrow())
			.isGreaterThanOrEqualTo(2_000);
	}

	@Test
	void r45_backoffGrowsToThirtySecondsWithFullJitter() {
		Backoff backoff = new Backoff(new Random(1));
		long max = 0;
		for (int i = 0; i < 1000; i++) {
			max = Math.max(max, backoff.afterFailure());
		}
		assertThat(max).isBetween(29_000L, 30_000L);
		backoff.succeeded();
		assertThat(backoff.afterFailure()).isLessThanOrEqualTo(3_000);
	}

	@Test
	void r46_bookmarkMovesTheVersionAndSaysNothing() {
		watching();
		this.api.last().send(bookmark("42"));
		assertThat(this.heard.changes).isEmpty();
		this.api.last().cut();
		this.time.pass(Duration.ofSeconds(3));
		assertThat(this.api.last().path).contains("resourceVersion=42");
	}

	@Test
	void r46_silentWatchIsRestarted() {
		watching();
		this.time.pass(Duration.ofSeconds(100));
		this.api.last().send(bookmark("42"));
		this.time.pass(Duration.ofSeconds(149));
		ScriptedApi.Request watch = this.api.last();
		assertThat(watch.cancelled).isFalse();
		this.time.pass(Duration.ofSeconds(1));
		assertThat(watch.cancelled).isTrue();
		this.time.pass(Duration.ofSeconds(2));
		assertThat(this.api.last()).isNotSameAs(watch);
		assertThat(this.api.last().path).contains("resourceVersion=42");
		assertThat(this.heard.problems).isEmpty();
		watch.send(event("ADDED", item("late", "50", "10.0.0.9")));
		assertThat(this.heard.changes).as("events of the old watch").isEmpty();
	}

	@Test
	void r47_serverThatWasRestoredIsBelievedAfterTenSeconds() {
		this.api.last().answer(200, list("100", item("a", "90", "10.0.0.1")));
		this.api.last().open();
		this.api.last().answer(504, "{}");
		this.time.pass(Duration.ofSeconds(4));
		this.api.last().answer(200, list("40", item("a", "30", "10.0.0.2")));
		this.api.last().open();
		assertThat(this.heard.restored).isZero();
		long lists = this.api.lists();
		this.time.pass(Duration.ofSeconds(9));
		assertThat(this.api.lists()).isEqualTo(lists);
		this.time.pass(Duration.ofSeconds(2));
		assertThat(this.api.lists()).isEqualTo(lists + 1);
		this.api.last().answer(200, list("41", item("a", "30", "10.0.0.2")));
		assertThat(this.heard.restored).isEqualTo(1);
		this.api.last().open();
		this.time.pass(Duration.ofMinutes(2));
		assertThat(this.api.lists()).isEqualTo(lists + 1);
	}

	@Test
	void r47_replicaThatCatchesUpIsNotListedAgain() {
		this.api.last().answer(200, list("100", item("a", "90", "10.0.0.1")));
		this.api.last().open();
		this.api.last().answer(410, "{}");
		this.time.pass(Duration.ofSeconds(1));
		this.api.last().answer(200, list("40", item("a", "30", "10.0.0.2")));
		this.api.last().open();
		this.time.pass(Duration.ofSeconds(5));
		this.api.last().send(bookmark("101"));
		long lists = this.api.lists();
		this.time.pass(Duration.ofMinutes(2));
		assertThat(this.api.lists()).isEqualTo(lists);
		assertThat(this.heard.restored).isZero();
	}

	@Test
	void r51_garbageDoesNotEndTheWatch() {
		watching();
		this.api.last()
			.send("not json\n{\"type\":\"ADDED\",\"object\":{\n{\"type\":\"WHAT\"}\n" + event("ADDED", "7")
					+ event("DELETED", "{}") + "\n\r\n");
		String good = event("MODIFIED", item("a", "9", "10.0.0.2"));
		this.api.last().send(good.substring(0, 30));
		this.api.last().send(good.substring(30));
		assertThat(this.heard.changes).hasSize(1);
		assertThat(this.counters.malformedCount()).isGreaterThanOrEqualTo(5);
	}

	@Test
	void answerOfSomethingElseIsNamed() {
		this.api.last().answer(200, "<html>Please log in</html>");
		this.time.pass(Duration.ofSeconds(3));
		this.api.last().answer(200, "{\"kind\":\"Status\"}");
		assertThat(this.heard.problems).hasSize(2)
			.allSatisfy((problem) -> assertThat(problem.description())
				.startsWith("https://api.example does not answer like a Kubernetes API server"));
	}

	@Test
	void watchOfSomethingElseIsNamed() {
		watching();
		this.api.last().send("<html>\n<body>Please log in");
		this.api.last().end();
		assertThat(this.heard.problems).singleElement()
			.satisfies((problem) -> assertThat(problem.description())
				.startsWith("https://api.example does not answer like a Kubernetes API server"));
		this.time.pass(Duration.ofSeconds(3));
		this.api.last().open();
		this.api.last().send(event("MODIFIED", item("a", "9", "10.0.0.2")) + "{\"type\":\"MODI");
		this.api.last().end();
		assertThat(this.heard.problems).as("an event that was cut short").hasSize(1);
	}

	@Test
	void eventWithoutAnEndIsGivenUp() {
		watching();
		for (int i = 0; i < 9 && this.heard.problems.isEmpty(); i++) {
			this.api.last().send("x".repeat(1024 * 1024));
		}
		assertThat(this.heard.problems).hasSize(1);
	}

	@Test
	void watchThatIsRefusedAgainAndAgainListsAnew() {
		watching();
		for (int i = 0; i < 3; i++) {
			this.api.last().answer(500, "etcdserver: no leader");
			assertThat(this.api.last().isWatch()).isTrue();
			this.time.pass(Duration.ofSeconds(30));
		}
		assertThat(this.api.last().isWatch()).isFalse();
	}

	@Test
	void r11_sliceThatChangesItsServiceUnderTheWatchIsGone() {
		watching();
		this.api.last().send(event("MODIFIED", item("a", "9", "10.0.0.1").replace(":\"users\"", ":\"orders\"")));
		assertThat(this.heard.changes).containsExactly("a");
	}

	@Test
	void watchFromAVersionThatDoesNotExistListsAnew() {
		watching();
		this.api.last().answer(504, "Too large resource version");
		this.time.pass(Duration.ofSeconds(3));
		assertThat(this.api.last().isWatch()).isFalse();
	}

	@Test
	void listThatNeverEndsIsGivenUp() {
		this.api.last().open();
		this.time.pass(Duration.ofSeconds(33));
		assertThat(this.api.requests.get(0).cancelled).isTrue();
		assertThat(this.api.requests).hasSize(2);
	}

	@Test
	void closedSourceAsksNoMore() {
		watching();
		ScriptedApi.Request watch = this.api.last();
		this.source.close();
		assertThat(watch.cancelled).isTrue();
		watch.cut();
		this.time.pass(Duration.ofMinutes(10));
		assertThat(this.api.last()).isSameAs(watch);
		assertThat(this.time.pending()).isZero();
	}

	private void watchingAgain() {
		this.api.last().answer(200, this.api.last().isWatch() ? "" : list("7"));
		this.time.pass(Duration.ofSeconds(3));
		assertThat(this.api.last().isWatch()).isTrue();
	}

	private void watching() {
		this.api.last().answer(200, list("7", item("a", "5", "10.0.0.1")));
		this.api.last().open();
	}

	private void relists() {
		this.time.pass(Duration.ofSeconds(1));
		assertThat(this.api.last().isWatch()).isFalse();
		assertThat(this.heard.problems).isEmpty();
	}

	private static final class Recorder implements SliceReceiver {

		final List<Collection<Slice>> lists = new ArrayList<>();

		final List<Object> changes = new ArrayList<>();

		int restored;

		final List<Problem> problems = new ArrayList<>();

		@Override
		public void listed(Collection<Slice> slices, @Nullable String version) {
			this.lists.add(List.copyOf(slices));
		}

		@Override
		public void restored(Collection<Slice> slices, String version) {
			this.restored++;
			this.lists.add(List.copyOf(slices));
		}

		@Override
		public void absent(String why) {
		}

		@Override
		public void changed(Slice slice) {
			this.changes.add(slice);
		}

		@Override
		public void deleted(String name, @Nullable String uid, @Nullable String version) {
			this.changes.add(name);
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
