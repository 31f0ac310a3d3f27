package io.github.grpck8s.observability;

import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.opentelemetry.sdk.common.CompletableResultCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is said of a Collector that cannot be reached.
 */
class OtlpReportTests {

	private static final String ENDPOINT = "http://collector:4318";

	private final Logger logger = (Logger) LoggerFactory.getLogger(OtlpReport.class);

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	private final OtlpReport report = new OtlpReport();

	@BeforeEach
	void listen() {
		this.log.start();
		this.logger.addAppender(this.log);
	}

	@AfterEach
	void hush() {
		this.logger.detachAppender(this.log);
	}

	@Test
	void failureIsSaidOnceForAllSignals() {
		for (int i = 0; i < 100; i++) {
			failed("traces");
			failed("logs");
		}
		assertThat(messages()).hasSize(1)
			.first()
			.asString()
			.startsWith("Cannot export traces over OTLP to " + ENDPOINT + ": Failed to connect");
		assertThat(this.log.list.get(0).getLevel()).isEqualTo(Level.WARN);
		assertThat(this.log.list.get(0).getThrowableProxy()).isNull();
	}

	@Test
	void recoveryIsSaidWhenAllSignalsWork() {
		failed("traces");
		failed("logs");
		succeeded("traces");
		assertThat(messages()).hasSize(1);
		succeeded("logs");
		succeeded("logs");
		assertThat(messages()).hasSize(2).last().isEqualTo("OTLP export to " + ENDPOINT + " works again");
	}

	@Test
	void oneSignalThatWorksDoesNotMakeAnotherFailAgain() {
		for (int i = 0; i < 3; i++) {
			failed("metrics");
			succeeded("traces");
		}
		assertThat(messages()).hasSize(1);
	}

	@Test
	void endIsSaidOnlyWhenNothingWasSaidBefore() {
		failed("traces");
		this.report.closed(false);
		failed("traces");
		assertThat(messages()).hasSize(1);
	}

	@Test
	void endInTheMiddleOfAnExportIsSaid() {
		this.report.closed(false);
		failed("traces");
		assertThat(messages()).singleElement().asString().contains("grpc.k8s.observability.otlp.close-timeout");
	}

	@Test
	void goodEndIsNotSaid() {
		succeeded("traces");
		this.report.closed(true);
		assertThat(messages()).isEmpty();
	}

	private void failed(String signal) {
		this.report.exported(ENDPOINT, signal, CompletableResultCode.ofExceptionalFailure(
				new IllegalStateException("export failed", new java.net.ConnectException("Failed to connect"))));
	}

	private void succeeded(String signal) {
		this.report.exported(ENDPOINT, signal, CompletableResultCode.ofSuccess());
	}

	private List<String> messages() {
		return this.log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
	}

}
