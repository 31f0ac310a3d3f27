package io.github.grpck8s.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The code that {@code docs/testing.md} shows, run as it stands there.
 */
class DocumentationTests {

	// tag::extension[]
	@RegisterExtension
	static final FakeKubernetesExtension CLUSTER = new FakeKubernetesExtension().asCurrentContext("shop");

	// end::extension[]

	private final Server server = new Server(50_051);

	@Test
	void tenLines() throws Exception {
		FakeKubernetes shared = CLUSTER.kubernetes();
		try (ApiClient.Lines watch = new ApiClient(shared).watch("")) {
			callsFollowThePods(shared);
			assertThat(watch.next()).contains("ADDED", "\"port\":50051");
			assertThat(watch.next()).isEqualTo("(cut)");
		}
		assertThat(System.getProperty("kubeconfig")).isEqualTo(shared.kubeconfigFile("shop").toString());
	}

	// tag::test[]
	void callsFollowThePods(FakeKubernetes kubernetes) {
		FakeService users = kubernetes.service("shop", "users");
		users.add(FakePod.of("users-0", "127.0.0.1").port("grpc", this.server.getPort()));
		kubernetes.awaitOpenWatches(1, Duration.ofSeconds(5)); // the client watches
		kubernetes.openWatchStreams().cut(); // the connection to the API server breaks
		users.terminate("users-0"); // the pod is being deleted
		kubernetes.inject(Fault.forbidden()); // the Role is gone
		kubernetes.heal(); // and comes back
	}
	// end::test[]

	@Test
	void pageShowsThisCode() throws IOException {
		String page = Files.readString(Path.of("..", "docs", "testing.md"));
		assertThat(page).contains(tagged("extension"), tagged("test"));
	}

	private static String tagged(String tag) throws IOException {
		String source = Files.readString(Path.of("src/test/java/io/github/grpck8s/test/DocumentationTests.java"));
		int start = source.indexOf("// tag::" + tag + "[]\n");
		int end = source.indexOf("// end::" + tag + "[]");
		assertThat(start).as("tag %s", tag).isPositive();
		String code = source.substring(source.indexOf('\n', start) + 1, end);
		return code.stripIndent().strip();
	}

	private record Server(int port) {

		int getPort() {
			return this.port;
		}

	}

}
