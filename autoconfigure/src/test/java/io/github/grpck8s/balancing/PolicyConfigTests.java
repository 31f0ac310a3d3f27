package io.github.grpck8s.balancing;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.grpck8s.ChannelSpec;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.NameResolver.ConfigOrError;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class PolicyConfigTests {

	private final KubernetesLoadBalancerProvider provider = new KubernetesLoadBalancerProvider();

	@Test
	void gRPCFindsThePolicyByItsName() {
		LoadBalancerProvider found = LoadBalancerRegistry.getDefaultRegistry().getProvider("kubernetes");
		assertThat(found).isInstanceOf(KubernetesLoadBalancerProvider.class);
	}

	@Test
	void withoutKeysTheDefaultsHold() {
		assertThat(PolicyConfig.parse(Map.of())).isEqualTo(PolicyConfig.DEFAULT);
	}

	@Test
	void keysAreReadAndUnknownOnesIgnored() {
		assertThat(PolicyConfig.parse(Map.of("maxConnectionsPerPod", 2.0, "maxConcurrentStreams", 100.0,
				"connectionQuietTime", "1.500s", "warmUpShare", 0.5, "warmUpTimeout", "0.050s", "later", "x")))
			.isEqualTo(PolicyConfig.ofPods(new PodsConfig(2, 100, TimeUnit.MILLISECONDS.toNanos(1500), 0.5,
					TimeUnit.MILLISECONDS.toNanos(50))));
	}

	@Test
	void namedPolicyBecomesTheChild() {
		PolicyConfig config = PolicyConfig.parse(Map.of("childPolicy", List.of(Map.of("round_robin", Map.of()))));
		assertThat(config.named()).isTrue();
		assertThat(config).isNotEqualTo(PolicyConfig.DEFAULT)
			.isEqualTo(PolicyConfig.parse(Map.of("childPolicy", List.of(Map.of("round_robin", Map.of())))));
	}

	@ParameterizedTest
	@MethodSource("wrong")
	void wrongValueIsNamedWithItsRule(Map<String, ?> json, String message) {
		ConfigOrError parsed = this.provider.parseLoadBalancingPolicyConfig(json);
		assertThat(parsed.getError()).isNotNull().extracting(Status::getDescription).asString().contains(message);
	}

	static List<Arguments> wrong() {
		return List.of(
				Arguments.of(Map.of("maxConnectionsPerPod", 0.0),
						"'maxConnectionsPerPod' must be from 1 to 16 but was '0'"),
				Arguments.of(Map.of("maxConnectionsPerPod", 1.5),
						"'maxConnectionsPerPod' must be a whole number but was '1.5'"),
				Arguments.of(Map.of("maxConcurrentStreams", "many"),
						"'maxConcurrentStreams' must be a number but was 'many'"),
				Arguments.of(Map.of("warmUpShare", Double.NaN), "'warmUpShare' must be from 0 to 1 but was 'NaN'"),
				Arguments.of(Map.of("warmUpTimeout", "500ms"), "'warmUpTimeout' must be a duration in seconds"),
				Arguments.of(Map.of("connectionQuietTime", "0s"), "'connectionQuietTime' must be positive"),
				Arguments.of(Map.of("childPolicy", List.of()), "'childPolicy' must be a list"),
				Arguments.of(Map.of("childPolicy", List.of(Map.of("no_such", Map.of()))), "no_such"),
				Arguments.of(Map.of("childPolicy", List.of(Map.of("kubernetes", Map.of()))),
						"'childPolicy' must not be the policy itself"));
	}

	@Test
	void r78DurationsOfTheServiceConfigHaveTheirZeros() {
		BalancingServiceConfig feature = BalancingServiceConfig.of(4, 200, 1_050_000_000L, 0.7, 50_000_000L,
				(channel) -> "kubernetes");
		assertThat(feature.settings()).containsEntry("connectionQuietTime", "1.050000000s")
			.containsEntry("warmUpTimeout", "0.050000000s");
		assertThat(PolicyConfig.parse(feature.settings())).isEqualTo(PolicyConfig.ofPods(
				new PodsConfig(4, 200, TimeUnit.MILLISECONDS.toNanos(1050), 0.7, TimeUnit.MILLISECONDS.toNanos(50))));
		assertThat(feature.serviceConfig(new ChannelSpec("users", "k8s:///users")))
			.containsOnlyKeys("loadBalancingConfig");
	}

	@Test
	void backoffGrowsToTwoMinutesAndBeginsAnew() {
		Backoff backoff = new Backoff(() -> 0.5);
		assertThat(backoff.nextNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
		assertThat(backoff.nextNanos()).isCloseTo(1_600_000_000L, within(1L));
		for (int i = 0; i < 20; i++) {
			backoff.nextNanos();
		}
		assertThat(backoff.nextNanos()).isEqualTo(TimeUnit.MINUTES.toNanos(2));
		backoff.reset();
		assertThat(backoff.nextNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
	}

}
