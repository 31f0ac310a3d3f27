package io.github.grpck8s.discovery;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.grpck8s.discovery.LiveDiscovery.Channel;
import io.github.grpck8s.test.FakePod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Endpoints of settings, and the hint that leads to them.
 */
@Timeout(60)
class StaticEndpointsTests {

	private final LiveDiscovery live = new LiveDiscovery();

	@AfterEach
	void close() {
		this.live.close();
	}

	@Test
	void settingTakesThePlaceOfTheCluster() {
		this.live.kubernetes.service("shop", "orders").add(FakePod.of("a", "10.0.0.1"));
		use(Map.of("users", List.of(new FixedEndpoint("localhost", 9090), new FixedEndpoint("127.0.0.2", 9091)),
				"orders.other", List.of(new FixedEndpoint("127.0.0.3", 9090))));
		Channel users = this.live.channel("k8s:///users.shop:grpc");
		LiveDiscovery.awaitTexts(users, 1);
		assertThat(users.last()).endsWith("127.0.0.1 127.0.0.2:9091");
		this.live.channel("k8s:///orders.other").awaits("127.0.0.3");
		assertThat(this.live.kubernetes.requests()).isEmpty();
		this.live.channel("k8s:///orders").awaits("10.0.0.1");
	}

	@Test
	void unknownHostIsNamedWithItsSetting() {
		use(Map.of("users", List.of(new FixedEndpoint("no.such.host.invalid", 9090))));
		Channel users = this.live.channel("k8s:///users.shop:grpc");
		LiveDiscovery.awaitTexts(users, 1);
		assertThat(users.last()).contains("UNAVAILABLE", "no.such.host.invalid", "grpc.k8s.discovery.static.users");
	}

	@ParameterizedTest
	@CsvSource({ "127.0.0.1:1, 127.0.0.1, 1", "users.example:65535, users.example, 65535", "[::1]:80, ::1, 80" })
	void endpointsAreRead(String text, String host, int port) {
		assertThat(FixedEndpoint.parse(text)).isEqualTo(new FixedEndpoint(host, port));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "users", "users:", ":80", "users:0", "users:65536", "users:http", "::1:80" })
	void malformedEndpointsAreRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> FixedEndpoint.parse(text)).withMessageContaining(text);
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void outsideOfAClusterItIsSaidOnceThatPodsCannotBeReached(CapturedOutput output) {
		OffCluster outside = new OffCluster(false);
		outside.see(Slices.USERS, List.of(Slices.slice("a").ready("127.0.0.1").get()));
		assertThat(output).isEmpty();
		outside.see(Slices.USERS, List.of(Slices.slice("a").ready("10.0.0.1").get()));
		outside.see(Slices.USERS, List.of(Slices.slice("a").ready("10.0.0.2").get()));
		assertThat(output.toString()).containsOnlyOnce("kubectl port-forward -n shop service/users")
			.contains("grpc.k8s.discovery.static.users.shop=127.0.0.1:9090");
		new OffCluster(true).see(Slices.USERS, List.of(Slices.slice("a").ready("10.0.0.1").get()));
		assertThat(output.toString()).containsOnlyOnce("kubectl port-forward");
	}

	private void use(Map<String, List<FixedEndpoint>> fixed) {
		this.live.use((settings) -> new DiscoverySettings(null, null, null, settings.ipFamily(), false,
				Duration.ofSeconds(150), settings.linger(), settings.initialTimeout(), fixed, settings.fallback(),
				settings.dns(), false, false, 0));
	}

}
