package io.github.grpck8s.observability.autoconfigure;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.instrumentation.spring.autoconfigure.OpenTelemetryAutoConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * OpenTelemetry's starter and a Collector that is away.
 */
class OtlpTests {

	private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	private final ApplicationContextRunner context = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(OpenTelemetryAutoConfiguration.class, ObservabilityAutoConfiguration.class));

	@BeforeEach
	void listen() {
		this.log.start();
		this.root.addAppender(this.log);
	}

	@AfterEach
	void hush() {
		this.root.detachAppender(this.log);
	}

	@Test
	void closingWaitsNoLongerThanItMayWhenNobodyListens() throws Exception {
		int port;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			port = socket.getLocalPort();
		}
		closesInTimeAndSaysSoOnce(port);
	}

	@Test
	void closingWaitsNoLongerThanItMayWhenNobodyAnswers() throws Exception {
		try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			closesInTimeAndSaysSoOnce(socket.getLocalPort());
		}
	}

	private void closesInTimeAndSaysSoOnce(int port) {
		long[] closing = new long[1];
		this.context.withPropertyValues("otel.exporter.otlp.endpoint=http://127.0.0.1:" + port).run((context) -> {
			OpenTelemetry openTelemetry = context.getBean(OpenTelemetry.class);
			openTelemetry.getTracer("test").spanBuilder("one").startSpan().end();
			openTelemetry.getMeter("test").counterBuilder("one").build().add(1);
			openTelemetry.getLogsBridge().get("test").logRecordBuilder().setBody("one").emit();
			closing[0] = System.nanoTime();
			context.getSourceApplicationContext().close();
			closing[0] = System.nanoTime() - closing[0];
		});
		assertThat(Duration.ofNanos(closing[0])).isLessThan(Duration.ofMillis(1500));
		assertThat(warnings()).hasSize(1);
	}

	private List<String> warnings() {
		return this.log.list.stream()
			.filter((event) -> event.getLevel().isGreaterOrEqual(Level.INFO)
					&& !event.getLoggerName().contains("OpenTelemetryAutoConfiguration"))
			.map(ILoggingEvent::getFormattedMessage)
			.toList();
	}

}
