package io.github.grpck8s.defaults.autoconfigure;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Which auto-configurations of net.devh are left out.
 */
class NetDevhMetricsFilterTests {

	private static final String PACKAGE = "net.devh.boot.grpc.";

	private static final @Nullable String[] CANDIDATES = {
			PACKAGE + "server.autoconfigure.GrpcServerMetricAutoConfiguration",
			PACKAGE + "client.autoconfigure.GrpcClientMetricAutoConfiguration",
			PACKAGE + "client.autoconfigure.GrpcClientAutoConfiguration", null };

	private final MockEnvironment environment = new MockEnvironment();

	@Test
	void onlyItsMetricsAreLeftOut() {
		assertThat(match()).containsExactly(false, false, true, true);
	}

	@Test
	void canBeKept() {
		this.environment.setProperty("grpc.k8s.defaults.net-devh-metrics", "true");
		assertThat(match()).containsOnly(true);
	}

	@Test
	void areKeptWithoutTheDefaults() {
		this.environment.setProperty("grpc.k8s.defaults.enabled", "false");
		assertThat(match()).containsOnly(true);
	}

	@Test
	void whatIsLeftOutExists() {
		assertThat(CANDIDATES).filteredOn(Objects::nonNull)
			.allSatisfy((name) -> assertThat(
					getClass().getClassLoader().getResource(String.valueOf(name).replace('.', '/') + ".class"))
				.isNotNull());
	}

	private boolean[] match() {
		NetDevhMetricsFilter filter = new NetDevhMetricsFilter();
		filter.setEnvironment(this.environment);
		return filter.match(CANDIDATES, mock(AutoConfigurationMetadata.class));
	}

}
