package io.github.grpck8s.observability;

import java.util.List;
import java.util.Locale;

import io.grpc.CallOptions;
import io.grpc.stub.ClientCalls;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Exemplars as Prometheus scrapes them.
 */
class ExemplarTests {

	private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

	private final InMemorySpanExporter spans = InMemorySpanExporter.create();

	private List<SpanData> finished = List.of();

	private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT,
			new PrometheusRegistry(), Clock.SYSTEM, new ExemplarSpans());

	@Test
	void bucketsPointToTheSpansOfTheirCalls() throws Exception {
		String text = scrapeAfterACall(Sampler.alwaysOn());
		for (SpanKind kind : List.of(SpanKind.SERVER, SpanKind.CLIENT)) {
			SpanData span = this.finished.stream()
				.filter((finished) -> finished.getKind() == kind)
				.findFirst()
				.orElseThrow();
			String meter = "grpc_" + kind.name().toLowerCase(Locale.ROOT) + "_call_duration_seconds_bucket";
			assertThat(text.lines()
				.filter((line) -> line.startsWith(meter) && line.contains(span.getTraceId())
						&& line.contains(span.getSpanId())))
				.as(meter)
				.isNotEmpty();
		}
	}

	@Test
	void aCallThatIsNotSampledIsNoExample() throws Exception {
		assertThat(scrapeAfterACall(Sampler.alwaysOff())).contains("grpc_server_call_duration_seconds_bucket")
			.doesNotContain("trace_id");
	}

	private String scrapeAfterACall(Sampler sampler) throws Exception {
		try (OpenTelemetrySdk openTelemetry = OpenTelemetrySdk.builder()
			.setTracerProvider(SdkTracerProvider.builder()
				.setSampler(sampler)
				.addSpanProcessor(SimpleSpanProcessor.create(this.spans))
				.build())
			.setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
			.build();
				Talk talk = new Talk(
						List.of(new ServerMeters(() -> this.registry, () -> false, System::nanoTime, false, true),
								new ServerTracing(() -> openTelemetry, () -> false, false)),
						List.of(new ClientMeters(() -> this.registry, () -> false, System::nanoTime, false, true),
								new ClientTracing(() -> openTelemetry, () -> false, false)))) {
			ClientCalls.blockingUnaryCall(talk.channel, Talk.SAY, CallOptions.DEFAULT, "hello");
			await().untilAsserted(
					() -> assertThat(this.registry.get("grpc.server.call.duration").timer().count()).isEqualTo(1));
			// the server's span ends at its own time
			await().until(() -> sampler == Sampler.alwaysOff() || this.spans.getFinishedSpanItems().size() == 2);
			this.finished = this.spans.getFinishedSpanItems();
			return this.registry.scrape(OPEN_METRICS);
		}
	}

}
