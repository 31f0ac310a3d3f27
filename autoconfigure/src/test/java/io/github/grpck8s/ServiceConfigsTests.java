package io.github.grpck8s;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link ServiceConfigs}.
 */
class ServiceConfigsTests {

	private static final ChannelSpec USERS = new ChannelSpec("users", "k8s:///users:grpc");

	@Test
	void joinsListsOfTheSameKey() {
		ServiceConfigFeature first = (channel) -> Map.of("methodConfig", List.of("a"));
		ServiceConfigFeature second = (channel) -> Map.of("methodConfig", List.of("b"), "retryThrottling", Map.of());
		assertThat(ServiceConfigs.merge(List.of(first, second), USERS))
			.isEqualTo(Map.of("methodConfig", List.of("a", "b"), "retryThrottling", Map.of()));
	}

	@Test
	void refusesTwoOwnersOfOneKey() {
		ServiceConfigFeature feature = (channel) -> Map.of("retryThrottling", Map.of());
		assertThatIllegalStateException().isThrownBy(() -> ServiceConfigs.merge(List.of(feature, feature), USERS))
			.withMessageContaining("retryThrottling");
	}

	@Test
	void nobodyHasAnythingToSay() {
		assertThat(ServiceConfigs.merge(List.of(), USERS)).isEmpty();
	}

}
