package io.github.grpck8s.it.starter;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;

import io.github.grpck8s.it.starter.Apps.Caller;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Calls under load while nobody takes their spans.
 */
@ExtendWith(OutputCaptureExtension.class)
class CollectorAwayTests {

	/** More than the queue of spans holds, which is 2048. */
	private static final int CALLS = 3000;

	@Test
	void callsAreServedAndItIsSaidOnce(CapturedOutput output) throws IOException {
		int nobody;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			nobody = socket.getLocalPort();
		}
		String[] collector = { "otel.exporter.otlp.endpoint=http://127.0.0.1:" + nobody, "otel.bsp.schedule.delay=50ms",
				"otel.metric.export.interval=50ms", "otel.java.exporter.otlp.retry.disabled=true",
				"logging.level.io.github.grpck8s.it=warn" };
		long start;
		try (ConfigurableApplicationContext server = Apps.server(collector);
				ConfigurableApplicationContext client = Apps.client("static://127.0.0.1:" + Apps.port(server),
						collector)) {
			Caller caller = client.getBean(Caller.class);
			for (int i = 0; i < CALLS; i++) {
				assertThat(caller.name("1")).isEqualTo("user 1");
			}
			await().atMost(Duration.ofSeconds(10)).until(() -> warnings(output) == 2);
			start = System.nanoTime();
		}
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
		// one for each of the two applications
		assertThat(warnings(output)).isEqualTo(2);
		assertThat(output.toString().lines().filter((line) -> line.startsWith("\tat "))).isEmpty();
	}

	private static long warnings(CapturedOutput output) {
		return output.toString().lines().filter((line) -> line.contains(" WARN ") || line.contains(" ERROR ")).count();
	}

}
