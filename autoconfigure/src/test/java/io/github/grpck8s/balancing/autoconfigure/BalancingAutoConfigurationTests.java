package io.github.grpck8s.balancing.autoconfigure;

import java.util.List;
import java.util.Map;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.balancing.BalancingServiceConfig;
import io.grpc.LoadBalancerProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class BalancingAutoConfigurationTests {

	private static final ChannelSpec USERS = new ChannelSpec("users", "k8s:///users.shop:grpc");

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(BalancingAutoConfiguration.class));

	@Test
	void byDefaultKubernetesTargetsGetThePolicyAndOthersAreLeftAlone() {
		this.runner.run((context) -> {
			BalancingServiceConfig feature = context.getBean(BalancingServiceConfig.class);
			assertThat(policy(feature, USERS))
				.isEqualTo(Map.of("maxConnectionsPerPod", 4.0, "maxConcurrentStreams", 200.0, "connectionQuietTime",
						"30.000000000s", "warmUpShare", 0.7, "warmUpTimeout", "0.500000000s"));
			assertThat(feature.serviceConfig(new ChannelSpec("users", "dns:///users"))).isEmpty();
		});
	}

	@Test
	void propertiesAreBound() {
		this.runner
			.withPropertyValues("grpc.k8s.balancing.policy=round_robin", "grpc.k8s.balancing.max-connections-per-pod=2",
					"grpc.k8s.balancing.max-concurrent-streams=100", "grpc.k8s.balancing.connection-quiet-time=1m",
					"grpc.k8s.balancing.warm-up-share=0.5", "grpc.k8s.balancing.warm-up-timeout=50ms",
					"grpc.k8s.balancing.channels.users.policy=pick_first",
					"grpc.k8s.balancing.channels.orders.policy=kubernetes")
			.run((context) -> {
				BalancingServiceConfig feature = context.getBean(BalancingServiceConfig.class);
				assertThat(policy(feature, USERS)).containsEntry("maxConnectionsPerPod", 2.0)
					.containsEntry("maxConcurrentStreams", 100.0)
					.containsEntry("connectionQuietTime", "60.000000000s")
					.containsEntry("warmUpShare", 0.5)
					.containsEntry("warmUpTimeout", "0.050000000s")
					.containsEntry("childPolicy", List.of(Map.of("pick_first", Map.of())));
				assertThat(policy(feature, new ChannelSpec("other", "k8s:///other"))).containsEntry("childPolicy",
						List.of(Map.of("round_robin", Map.of())));
				assertThat(policy(feature, new ChannelSpec("orders", "dns:///orders"))).isNotEmpty()
					.doesNotContainKey("childPolicy");
			});
	}

	@Test
	void whenSwitchedOffBacksOff() {
		this.runner.withPropertyValues("grpc.k8s.balancing.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(BalancingServiceConfig.class));
	}

	@Test
	void whenUserDefinesBeanBacksOff() {
		BalancingServiceConfig own = new BalancingServiceConfig(Map.of(), (channel) -> "kubernetes");
		this.runner.withBean("own", BalancingServiceConfig.class, () -> own)
			.run((context) -> assertThat(context.getBean(BalancingServiceConfig.class)).isSameAs(own));
	}

	@Test
	void whenGrpcIsMissingBacksOff() {
		this.runner.withClassLoader(new FilteredClassLoader(LoadBalancerProvider.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("grpcK8sBalancingServiceConfig"));
	}

	@Test
	void policyNamedForTheStackRunsBehindTheGate() {
		this.runner.withBean(StackSettings.class, () -> new Stack("pick_first"))
			.run((context) -> assertThat(policy(context.getBean(BalancingServiceConfig.class), USERS))
				.containsEntry("childPolicy", List.of(Map.of("pick_first", Map.of()))));
	}

	@Test
	void policyOfTheStackThatIsNotKnownIsRefusedInItsWords() {
		this.runner.withBean(StackSettings.class, () -> new Stack("no_such"))
			.run((context) -> assertThatExceptionOfType(InvalidSettingException.class)
				.isThrownBy(() -> context.getBean(BalancingServiceConfig.class).serviceConfig(USERS))
				.withMessageContaining("'grpc.client.users.default-load-balancing-policy'")
				.withMessageContaining("no_such"));
	}

	@Test
	void policyThatTheStackDoesNotTellIsLeftAlone() {
		this.runner.withBean(StackSettings.class, () -> new Stack(null))
			.run((context) -> assertThat(context.getBean(BalancingServiceConfig.class).serviceConfig(USERS)).isEmpty());
	}

	@Test
	void policyOfOneChannelBeatsTheOneNamedForTheStack() {
		this.runner.withBean(StackSettings.class, () -> new Stack("pick_first"))
			.withPropertyValues("grpc.k8s.balancing.channels.users.policy=kubernetes")
			.run((context) -> assertThat(policy(context.getBean(BalancingServiceConfig.class), USERS))
				.doesNotContainKey("childPolicy"));
	}

	@ParameterizedTest
	@CsvSource({ "policy,no_such", "policy,outlier_detection_experimental", "channels.users.policy,no_such",
			"max-connections-per-pod,0", "max-connections-per-pod,17", "max-concurrent-streams,0",
			"connection-quiet-time,0s", "warm-up-share,1.1", "warm-up-timeout,-1s" })
	void wrongValueStopsTheApplicationWithItsName(String property, String value) {
		this.runner.withPropertyValues("grpc.k8s.balancing." + property + "=" + value)
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.isInstanceOfSatisfying(InvalidSettingException.class,
						(failure) -> assertThat(failure.getProperty()).isEqualTo("grpc.k8s.balancing." + property)));
	}

	@Test
	void wrongPolicyIsToldWithTheKnownOnes() {
		this.runner.withPropertyValues("grpc.k8s.balancing.policy=roundrobin")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.hasMessageContaining("roundrobin")
				.hasMessageContaining("kubernetes, ")
				.hasMessageContaining("pick_first, ")
				.hasMessageContaining("round_robin"));
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> policy(BalancingServiceConfig feature, ChannelSpec channel) {
		List<Map<String, Map<String, Object>>> policies = (List<Map<String, Map<String, Object>>>) feature
			.serviceConfig(channel)
			.get("loadBalancingConfig");
		assertThat(policies).isNotNull().hasSize(1);
		return policies.get(0).getOrDefault("kubernetes", Map.of());
	}

	private record Stack(@Nullable String policy) implements StackSettings {

		@Override
		public boolean keepsServer(String property) {
			return false;
		}

		@Override
		public boolean keepsChannel(String property, ChannelSpec channel) {
			return property.equals("grpc.k8s.balancing.policy");
		}

		@Override
		public <T> @Nullable Setting<T> channelSetting(String property, ChannelSpec channel, Class<T> type) {
			return (this.policy != null)
					? new Setting<>("grpc.client.users.default-load-balancing-policy", type.cast(this.policy)) : null;
		}

	}

}
