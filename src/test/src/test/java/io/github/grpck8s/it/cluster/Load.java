package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

import io.fabric8.kubernetes.client.utils.Serialization;

import static org.awaitility.Awaitility.await;

/**
 * What the client of the example counts, second by second: it writes it as JSON into its
 * log.
 */
final class Load {

	/**
	 * After which no call fails because of a pod that has become silent: it is given up
	 * 10 s after the first packet that it did not acknowledge, and calls that were on
	 * their way to it end with their deadline of 5 s. More than twice that, for machines
	 * that are busy.
	 */
	static final Duration SILENT_POD = Duration.ofSeconds(40);

	/**
	 * The most calls that one of three pods can have open, when sixteen callers call
	 * them. When it is killed they are repeated, except those whose answer had begun and
	 * those for which the throttle has no tokens left, from the fifth on (gRFC A6).
	 */
	static final int OPEN_AT_ONE_POD = 6;

	private final TestNamespace namespace;

	private final String pod;

	Load(TestNamespace namespace, String pod) {
		this.namespace = namespace;
		this.pod = pod;
	}

	/**
	 * One second of calls.
	 *
	 * @param second how many seconds the client runs
	 * @param time epoch milliseconds of its end
	 * @param calls that ended in it
	 * @param failures by status
	 * @param pods answers by pod
	 * @param first epoch milliseconds of the first answer, of pods that answered for the
	 * first time
	 * @param notSent calls that were due while too many were open
	 */
	record Second(long second, long time, long calls, Map<String, Long> failures, Map<String, Long> pods,
			Map<String, Long> first, long notSent) {

		long failed() {
			return this.failures.values().stream().mapToLong(Long::longValue).sum();
		}

	}

	/**
	 * Let the load go on for some time.
	 */
	void go(Duration time) {
		long until = System.currentTimeMillis() + time.toMillis();
		await().atMost(time.plusSeconds(60))
			.pollDelay(time)
			.pollInterval(Duration.ofMillis(500))
			.until(() -> seconds().stream().anyMatch((second) -> second.time() > until));
	}

	/**
	 * Wait until so many pods have answered.
	 */
	void awaitAnswersOf(int pods) {
		await().atMost(Duration.ofMinutes(3))
			.pollInterval(Duration.ofMillis(500))
			.until(() -> byPod(seconds()).size() >= pods);
	}

	/**
	 * The seconds that began after an instant.
	 */
	List<Second> since(Instant start) {
		return seconds().stream().filter((second) -> second.time() - 1000 >= start.toEpochMilli()).toList();
	}

	/**
	 * The seconds that ended after an instant, with the one in which it lies: for what
	 * follows at once.
	 */
	List<Second> from(Instant start) {
		return seconds().stream().filter((second) -> second.time() >= start.toEpochMilli()).toList();
	}

	/**
	 * The latest seconds, at most so many.
	 */
	List<Second> last(int count) {
		List<Second> all = seconds();
		return all.subList(Math.max(0, all.size() - count), all.size());
	}

	/**
	 * Print how the calls went since something happened to a pod.
	 * @return when the last call had failed, after that
	 */
	Duration report(String what, Victim victim, Instant start) {
		List<Second> seconds = from(start);
		long lastFailure = seconds.stream()
			.filter((second) -> second.failed() > 0)
			.mapToLong(Second::time)
			.max()
			.orElse(start.toEpochMilli());
		long lastAnswer = seconds.stream()
			.takeWhile((second) -> second.pods().containsKey(victim.pod()))
			.mapToLong(Second::time)
			.max()
			.orElse(start.toEpochMilli());
		Figures.print("%s: %s; last answer of the pod within %d ms, last failed call within %d ms", what,
				summary(seconds), lastAnswer - start.toEpochMilli(), lastFailure - start.toEpochMilli());
		return Duration.ofMillis(lastFailure - start.toEpochMilli());
	}

	/**
	 * Wait until in so many seconds in a row, all after an instant, no call has failed.
	 */
	void awaitCalm(Instant start, int seconds) {
		awaitLast(start, seconds, (second) -> second.failed() == 0);
	}

	/**
	 * Wait until in so many seconds in a row, all after an instant, no call has failed
	 * and a pod has answered none.
	 */
	void awaitCalmWithout(Victim victim, Instant start, int seconds) {
		awaitLast(start, seconds, (second) -> second.failed() == 0 && !second.pods().containsKey(victim.pod()));
	}

	private void awaitLast(Instant start, int seconds, Predicate<Second> wanted) {
		await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(500)).until(() -> {
			List<Second> all = since(start);
			return all.size() >= seconds && all.subList(all.size() - seconds, all.size()).stream().allMatch(wanted);
		});
	}

	/**
	 * All seconds until now.
	 */
	List<Second> seconds() {
		return log().lines()
			.filter((line) -> line.startsWith("{\"second\""))
			.map((line) -> Serialization.unmarshal(line, Second.class))
			.toList();
	}

	/**
	 * Descriptions of failures, one for each second that had some.
	 */
	List<String> failures() {
		return log().lines().filter((line) -> line.startsWith("        for example ")).map(String::strip).toList();
	}

	String log() {
		return this.namespace.client().pods().inNamespace(this.namespace.name()).withName(this.pod).getLog();
	}

	static long failed(List<Second> seconds) {
		return seconds.stream().mapToLong(Second::failed).sum();
	}

	static long calls(List<Second> seconds) {
		return seconds.stream().mapToLong(Second::calls).sum();
	}

	static Map<String, Long> byStatus(List<Second> seconds) {
		Map<String, Long> sum = new TreeMap<>();
		seconds.forEach((second) -> second.failures().forEach((code, calls) -> sum.merge(code, calls, Long::sum)));
		return sum;
	}

	static Map<String, Long> byPod(List<Second> seconds) {
		Map<String, Long> sum = new TreeMap<>();
		seconds.forEach((second) -> second.pods().forEach((pod, calls) -> sum.merge(pod, calls, Long::sum)));
		return sum;
	}

	/**
	 * For a line of figures.
	 */
	static String summary(List<Second> seconds) {
		return calls(seconds) + " calls, " + failed(seconds) + " failed " + byStatus(seconds) + ", not sent "
				+ seconds.stream().mapToLong(Second::notSent).sum() + ", in " + seconds.size() + " s";
	}

}
