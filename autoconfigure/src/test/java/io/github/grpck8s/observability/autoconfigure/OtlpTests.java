package io.github.grpck8s.observability.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

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
import static org.awaitility.Awaitility.await;

/**
 * OpenTelemetry's starter and a Collector that is away.
 */
class OtlpTests {

	private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	private final ApplicationContextRunner context = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(OpenTelemetryAutoConfiguration.class, ObservabilityAutoConfiguration.class));

	/** Outside of an application nobody hands Java's own log on. */
	private final List<String> javaLog = new CopyOnWriteArrayList<>();

	private final Handler javaHandler = new Handler() {

		@Override
		public void publish(LogRecord line) {
			if (line.getLevel().intValue() >= java.util.logging.Level.INFO.intValue()) {
				OtlpTests.this.javaLog.add(line.getLoggerName() + ": " + line.getMessage());
			}
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	};

	@BeforeEach
	void listen() {
		java.util.logging.Logger.getLogger("io.opentelemetry").addHandler(this.javaHandler);
		this.log.start();
		this.root.addAppender(this.log);
	}

	@AfterEach
	void hush() {
		this.root.detachAppender(this.log);
		java.util.logging.Logger.getLogger("io.opentelemetry").removeHandler(this.javaHandler);
	}

	@Test
	void failuresAreSaidOnceWhileTheApplicationRuns() throws Exception {
		AtomicInteger connections = new AtomicInteger();
		try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			Thread refusing = new Thread(() -> {
				while (!socket.isClosed()) {
					try {
						socket.accept().close();
						connections.incrementAndGet();
					}
					catch (IOException ex) {
						return;
					}
				}
			}, "refusing");
			refusing.setDaemon(true);
			refusing.start();
			this.context
				.withPropertyValues("otel.exporter.otlp.endpoint=http://127.0.0.1:" + socket.getLocalPort(),
						"otel.java.exporter.otlp.retry.disabled=true", "otel.metric.export.interval=20ms",
						"otel.bsp.schedule.delay=20ms", "otel.blrp.schedule.delay=20ms")
				.run((context) -> {
					OpenTelemetry openTelemetry = context.getBean(OpenTelemetry.class);
					await().until(() -> {
						emit(openTelemetry);
						return connections.get() > 50;
					});
				});
		}
		assertThat(said()).singleElement().asString().startsWith("Cannot export ");
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
			emit(openTelemetry);
			closing[0] = System.nanoTime();
			context.getSourceApplicationContext().close();
			closing[0] = System.nanoTime() - closing[0];
		});
		assertThat(Duration.ofNanos(closing[0])).isLessThan(Duration.ofMillis(1500));
		assertThat(said()).hasSize(1);
	}

	private static void emit(OpenTelemetry openTelemetry) {
		openTelemetry.getTracer("test").spanBuilder("one").startSpan().end();
		openTelemetry.getMeter("test").counterBuilder("one").build().add(1);
		openTelemetry.getLogsBridge().get("test").logRecordBuilder().setBody("one").emit();
	}

	private List<String> said() {
		List<String> said = new ArrayList<>(this.javaLog);
		this.log.list.stream()
			.filter((event) -> event.getLevel().isGreaterOrEqual(Level.INFO)
					&& !event.getLoggerName().contains("OpenTelemetryAutoConfiguration"))
			.map(ILoggingEvent::getFormattedMessage)
			.forEach(said::add);
		return said;
	}

}
