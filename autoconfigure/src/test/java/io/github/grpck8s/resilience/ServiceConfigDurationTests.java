package io.github.grpck8s.resilience;

import java.time.Duration;
import java.util.Map;

import io.grpc.internal.JsonUtil;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Durations as grpc-java reads them.
 */
class ServiceConfigDurationTests {

	@Test
	void fractionsKeepTheirLeadingZeros() {
		assertThat(ServiceConfigDuration.format(Duration.ofMillis(1))).isEqualTo("0.001s");
		assertThat(ServiceConfigDuration.format(Duration.ofMillis(50))).isEqualTo("0.050s");
		assertThat(ServiceConfigDuration.format(Duration.ofMillis(1050))).isEqualTo("1.050s");
		assertThat(ServiceConfigDuration.format(Duration.ofSeconds(15))).isEqualTo("15s");
		assertThat(ServiceConfigDuration.format(Duration.ZERO)).isEqualTo("0s");
		assertThat(ServiceConfigDuration.format(Duration.ofNanos(1))).isEqualTo("0.000000001s");
		assertThat(ServiceConfigDuration.format(Duration.ofNanos(50_000))).isEqualTo("0.000050s");
	}

	@Test
	void grpcReadsWhatIsWritten() {
		for (long nanos : new long[] { 1, 999, 50_000, 1_000_000, 50_000_000, 999_999_999, 1_050_000_000L }) {
			Duration duration = Duration.ofNanos(nanos);
			assertThat(JsonUtil.getStringAsDuration(Map.of("d", ServiceConfigDuration.format(duration)), "d"))
				.as("%s", duration)
				.isEqualTo(nanos);
		}
	}

}
