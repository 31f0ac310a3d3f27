package io.github.grpck8s;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class InvalidSettingExceptionTests {

	@ParameterizedTest
	@CsvSource({ "PT-3S, -3s", "PT0S, 0s", "PT150S, 150s", "PT10M, 10m", "PT-2H, -2h", "PT0.05S, 50ms",
			"PT1.5S, 1500ms", "PT-0.5S, -500ms", "PT0.0000001S, 0.0001ms" })
	void durationsAreShownAsPeopleWriteThem(Duration value, String shown) {
		assertThat(new InvalidSettingException("grpc.k8s.a", value, "must be something", "Choose."))
			.hasMessage("'grpc.k8s.a' must be something but was '" + shown + "'");
	}

}
