package io.github.grpck8s.it.starter;

import java.time.Duration;
import java.util.List;

import io.github.grpck8s.it.starter.Apps.Caller;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * One trace across a client and a server, each an application of its own.
 */
@ExtendWith(OutputCaptureExtension.class)
class TracingTests {

	private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

	@Test
	void clientAndServerAreInOneTraceAndTheLogSaysWhich(CapturedOutput output) {
		try (ConfigurableApplicationContext server = start(Apps.ServerApp.class, "grpc.server.address=127.0.0.1",
				"grpc.server.port=0");
				ConfigurableApplicationContext client = start(Apps.ClientApp.class, "grpc.server.port=-1",
						"grpc.client.users.address=static://127.0.0.1:" + Apps.port(server),
						"grpc.client.users.negotiation-type=plaintext")) {
			Recording.SPANS.reset();
			client.getBean(Caller.class).name("traced");
			await().atMost(Duration.ofSeconds(5))
				.untilAsserted(() -> assertThat(Recording.SPANS.getFinishedSpanItems()).hasSize(2));
			List<SpanData> spans = Recording.SPANS.getFinishedSpanItems();
			SpanData clientSpan = ofKind(spans, SpanKind.CLIENT);
			SpanData serverSpan = ofKind(spans, SpanKind.SERVER);
			assertThat(serverSpan.getTraceId()).isEqualTo(clientSpan.getTraceId());
			assertThat(serverSpan.getParentSpanId()).isEqualTo(clientSpan.getSpanId());
			assertThat(spans).extracting(SpanData::getName).containsOnly("users.v1.UserService/GetUser");
			assertThat(output.toString().lines()).filteredOn((line) -> line.contains("asked for traced"))
				.singleElement()
				.asString()
				.contains(serverSpan.getTraceId())
				.contains(serverSpan.getSpanId());
		}
	}

	/**
	 * A Prometheus before 2.43 refuses the whole of an answer that has them elsewhere.
	 */
	@Test
	void exemplarsStandWhereEveryPrometheusTakesThem() {
		try (ConfigurableApplicationContext server = start(Apps.ServerApp.class, "grpc.server.address=127.0.0.1",
				"grpc.server.port=0");
				ConfigurableApplicationContext client = start(Apps.ClientApp.class, "grpc.server.port=-1",
						"grpc.client.users.address=static://127.0.0.1:" + Apps.port(server),
						"grpc.client.users.negotiation-type=plaintext")) {
			client.getBean(Caller.class).name("traced");
			PrometheusMeterRegistry registry = client.getBean(PrometheusMeterRegistry.class);
			await().atMost(Duration.ofSeconds(5))
				.untilAsserted(() -> assertThat(registry.scrape(OPEN_METRICS).lines())
					.filteredOn((line) -> line.contains(" # {"))
					.anySatisfy((line) -> assertThat(line).startsWith("grpc_client_call_duration_seconds_bucket"))
					.allSatisfy((line) -> assertThat(line).containsPattern("^\\w+(_bucket|_total)\\{")));
		}
	}

	private static SpanData ofKind(List<SpanData> spans, SpanKind kind) {
		return spans.stream().filter((span) -> span.getKind() == kind).findFirst().orElseThrow();
	}

	private static ConfigurableApplicationContext start(Class<?> app, String... properties) {
		return Apps.start(List.of(app, Recording.class), List.of(properties));
	}

}
