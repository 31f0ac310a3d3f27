package io.github.grpck8s.diagnostics.autoconfigure;

import io.github.grpck8s.InvalidSettingException;
import org.junit.jupiter.api.Test;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link InvalidSettingFailureAnalyzer}.
 */
class InvalidSettingFailureAnalyzerTests {

	@Test
	void namesPropertyValueRuleAndRemedy() {
		InvalidSettingException cause = new InvalidSettingException("grpc.k8s.limits.window", "0B", "must be positive",
				"Remove it for the default of 1 MiB.");
		FailureAnalysis analysis = new InvalidSettingFailureAnalyzer().analyze(new IllegalStateException(cause));
		assertThat(analysis).isNotNull();
		assertThat(analysis.getDescription())
			.isEqualTo("The setting 'grpc.k8s.limits.window' must be positive but was '0B'.");
		assertThat(analysis.getAction()).isEqualTo("Remove it for the default of 1 MiB.");
	}

	@Test
	void isAskedFirst() {
		assertThat(SpringFactoriesLoader.forDefaultResourceLocation()
			.load(FailureAnalyzer.class,
					SpringFactoriesLoader.FailureHandler.logging(
							org.apache.commons.logging.LogFactory.getLog(InvalidSettingFailureAnalyzerTests.class))))
			.first()
			.isInstanceOf(InvalidSettingFailureAnalyzer.class);
	}

}
