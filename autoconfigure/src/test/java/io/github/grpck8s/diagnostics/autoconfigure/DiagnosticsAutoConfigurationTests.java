package io.github.grpck8s.diagnostics.autoconfigure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DiagnosticsAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class DiagnosticsAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DiagnosticsAutoConfiguration.class));

	@Test
	void warnsOfASettingThatDoesNotExist(CapturedOutput output) {
		this.contextRunner.withPropertyValues("grpc.k8s.shutdown.dely=10s")
			.run((context) -> assertThat(output).contains("There is no setting 'grpc.k8s.shutdown.dely': it has no "
					+ "effect. Did you mean 'grpc.k8s.shutdown.delay'?"));
	}

	@Test
	void knowsSettingsInAnySpellingAndWhatLiesInMaps(CapturedOutput output) {
		this.contextRunner
			.withPropertyValues("grpc.k8s.keepalive.server.maxConnectionAge=1h",
					"grpc.k8s.resilience.channels.users.deadline=1s",
					"grpc.k8s.resilience.retry.idempotent-methods[0]=users.v1.UserService")
			.run((context) -> assertThat(output).doesNotContain("There is no setting"));
	}

	@Test
	void saysNothingOfOthers(CapturedOutput output) {
		this.contextRunner.withPropertyValues("grpc.server.prt=1")
			.run((context) -> assertThat(output).doesNotContain("There is no setting"));
	}

}
