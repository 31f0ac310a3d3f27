package io.github.grpck8s.test;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What a watch sees of the operations on a service.
 */
class FakeServiceTests {

	private final FakeKubernetes kubernetes = FakeKubernetes.start();

	private final FakeService users = this.kubernetes.service("shop", "users");

	private final ApiClient.Lines watch;

	FakeServiceTests() throws Exception {
		this.watch = new ApiClient(this.kubernetes).watch("");
	}

	@AfterEach
	void close() {
		this.kubernetes.close();
	}

	/**
	 * Each event as its type and the pods in it: {@code +} ready, {@code -} not,
	 * {@code ~} terminating.
	 */
	private List<String> events() throws InterruptedException {
		this.kubernetes.openWatchStreams().send("that was all\n");
		List<String> events = new ArrayList<>();
		String line = this.watch.next();
		while (!line.equals("that was all")) {
			events.add(shorten(line));
			line = this.watch.next();
		}
		return events;
	}

	private static String shorten(String line) {
		Matcher pods = Pattern.compile(
				"\"ready\":(true|false),\"serving\":[a-z]+,\"terminating\":(true|false)}[^}]*\"name\":\"users-(\\w+)\"")
			.matcher(line);
		StringBuilder event = new StringBuilder(line.substring(9, 12));
		while (pods.find()) {
			event.append(' ')
				.append(pods.group(2).equals("true") ? "~" : (pods.group(1).equals("true") ? "+" : "-"))
				.append(pods.group(3));
		}
		return event.toString();
	}

	@Test
	void scalesUpAndDownInOneWritePerStep() throws Exception {
		this.users.scale(2).scale(3).scale(1);
		assertThat(events()).containsExactly("ADD +1 +2", "MOD +1 +2 +3", "MOD +1 ~2 +3", "MOD +1 ~2 ~3", "MOD +1");
	}

	@Test
	void withoutPodsAPlaceholderStays() throws Exception {
		this.users.scale(0);
		assertThat(this.watch.next()).contains("ADDED", "\"endpoints\":null,\"ports\":null");
		this.users.scale(1).scale(0);
		assertThat(events()).containsExactly("MOD +1", "MOD ~1", "MOD");
		this.users.delete();
		assertThat(events()).containsExactly("DEL");
	}

	@Test
	void rollsOneByOne() throws Exception {
		this.users.scale(2).roll();
		assertThat(events()).containsExactly("ADD +1 +2", "MOD +1 +2 +3", "MOD ~1 +2 +3", "MOD +2 +3", "MOD +2 +3 +4",
				"MOD ~2 +3 +4", "MOD +3 +4");
		assertThat(this.users.pods()).containsExactly("users-3", "users-4");
	}

	@Test
	void podsWithOtherPortsOrFamilyStandInOtherSlices() {
		this.users.add(FakePod.of("users-0", "10.0.0.1"), FakePod.of("users-1", "10.0.0.2").port("grpc", 9191),
				FakePod.of("users-2", "fd00::1"), FakePod.of("users-3", "users.example.com"),
				FakePod.of("users-4", "10.0.0.3"));
		assertThat(this.users.slices()).hasSize(4);
		this.users.update("users-1", (pod) -> pod.ports());
		assertThat(this.users.slices()).hasSize(3);
		assertThat(this.users.pods()).containsExactly("users-0", "users-4", "users-1", "users-2", "users-3");
	}

	@Test
	void movesWithThePodInBothOrInNone() throws Exception {
		this.users.slice("users-a").add(FakePod.of("users-0", "10.0.0.1"));
		this.users.moveToOtherSlice("users-0", "users-b", FakeService.Move.ADD_FIRST);
		this.users.moveToOtherSlice("users-0", "users-a", FakeService.Move.REMOVE_FIRST);
		assertThat(events()).containsExactly("ADD +0", "ADD +0", "MOD", "MOD", "MOD +0");
	}

	@Test
	void readinessChangesOnePod() throws Exception {
		this.users.scale(2).ready("users-1", false).ready("users-1", true).ready("users-1", true);
		assertThat(events()).as("the last changes nothing").containsExactly("ADD +1 +2", "MOD -1 +2", "MOD +1 +2");
		assertThatIllegalArgumentException().isThrownBy(() -> this.users.terminate("users-9"))
			.withMessage("There is no pod users-9 in shop/users, only [users-1, users-2]");
	}

	@Test
	void sliceSaysExactlyWhatItIsTold() throws Exception {
		FakeSlice slice = this.users.slice("users-a")
			.add(FakePod.of("users-0", "10.0.0.1"), FakePod.of("users-1", "10.0.0.2"))
			.update("users-1", (pod) -> pod.ready(false))
			.remove("users-0")
			.touch();
		assertThat(events()).containsExactly("ADD +0 +1", "MOD +0 -1", "MOD -1", "MOD -1");
		slice.annotate("endpoints.kubernetes.io/last-change-trigger-time", "2026-01-01T00:00:00Z");
		assertThat(this.watch.next()).contains("\"annotations\":{\"endpoints.kubernetes.io/last-change-trigger-time\"");
		slice.ports(new FakePort(null, null, null, "grpc"));
		assertThat(this.watch.next()).contains("\"ports\":[{\"appProtocol\":\"grpc\"}]");
		slice.withoutPorts().addressType("FQDN");
		assertThat(this.watch.next()).contains("\"ports\":null");
		assertThat(this.watch.next()).contains("\"addressType\":\"FQDN\"");
		slice.delete();
		assertThat(this.watch.next()).contains("DELETED");
	}

}
