package io.github.grpck8s.discovery;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import io.github.grpck8s.discovery.LiveDiscovery.Channel;
import io.github.grpck8s.test.FakePod;
import io.github.grpck8s.test.FakePort;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A Kubernetes configuration that is missing, odd, or takes its time.
 */
@Timeout(60)
class KubernetesConfigurationTests {

	private static final Duration SHORT = Duration.ofMillis(900);

	private final LiveDiscovery live = new LiveDiscovery();

	private final CountDownLatch release = new CountDownLatch(1);

	@BeforeEach
	void pods() {
		this.live.kubernetes.service("shop", "users").ports(FakePort.of("grpc", 9090)).add(FakePod.of("a", "10.0.0.1"));
	}

	@AfterEach
	void close() {
		this.release.countDown();
		this.live.close();
		System.clearProperty("kubeconfig");
	}

	@Test
	void configurationThatTakesItsTimeHoldsUpNobody() {
		long begin = System.nanoTime();
		this.live.useAfter(this.release, Duration.ofSeconds(1));
		Channel users = this.live.channel("k8s:///users.shop:grpc");
		Channel again = this.live.channel("k8s:///users.shop:9090");
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).as("channels are built").isLessThan(SHORT);
		LiveDiscovery.awaitTexts(users, 1);
		LiveDiscovery.awaitTexts(again, 1);
		assertThat(users.last()).contains("UNAVAILABLE", "credential plugin");
		this.release.countDown();
		users.awaits("10.0.0.1");
		again.awaits("10.0.0.1");
	}

	@Test
	void kubeconfigThatIsNotThereIsNamedUntilItIs(@TempDir Path directory) throws IOException {
		Path file = directory.resolve("config");
		System.setProperty("kubeconfig", file.toString());
		this.live.useProcess();
		Channel channel = this.live.channel("k8s:///users.shop:grpc");
		LiveDiscovery.awaitTexts(channel, 1);
		assertThat(channel.last()).contains("UNAVAILABLE",
				"KUBECONFIG names '" + file + "', and there is no such file");
		Files.writeString(file, this.live.kubernetes.kubeconfig("shop"));
		channel.awaits("10.0.0.1");
	}

	@Test
	void namespaceIsReadWithoutRunningWhatTheKubeconfigNames(@TempDir Path directory) throws IOException {
		Path ran = directory.resolve("ran");
		Path file = Files.writeString(directory.resolve("config"), """
				apiVersion: v1
				kind: Config
				current-context: here
				clusters:
				- {name: there, cluster: {server: 'https://127.0.0.1:1'}}
				contexts:
				- {name: here, context: {cluster: there, user: me, namespace: shop}}
				users:
				- name: me
				  user:
				    exec:
				      apiVersion: client.authentication.k8s.io/v1
				      command: touch
				      args: ['%s']
				      interactiveMode: Never
				""".formatted(ran));
		System.setProperty("kubeconfig", directory.resolve("none") + File.pathSeparator + file);
		assertThat(KubeconfigFiles.namespace()).isEqualTo("shop");
		assertThat(FabricAccess.of(null).namespace()).isEqualTo("shop");
		assertThat(ran).doesNotExist();
	}

}
