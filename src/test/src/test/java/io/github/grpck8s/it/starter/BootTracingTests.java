package io.github.grpck8s.it.starter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.grpck8s.it.starter.Apps.Caller;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Boot's own OpenTelemetry starter, with the bridge of Micrometer Tracing, beside ours.
 * Runs with that starter on the class path, in an execution of its own (see pom.xml).
 */
@Tag("boot-tracing")
class BootTracingTests {

	private static final String BRIDGE = "io.micrometer.tracing.Tracer";

	private static final String OTEL_STARTER = "spring.autoconfigure.exclude="
			+ "io.opentelemetry.instrumentation.spring.autoconfigure.OpenTelemetryAutoConfiguration";

	@BeforeEach
	void forget() {
		Recording.SPANS.reset();
	}

	@Test
	void bridgeIsThere() throws ClassNotFoundException {
		try (ConfigurableApplicationContext server = start(Apps.ServerApp.class, "grpc.server.port=0")) {
			assertThat(server.getBeanNamesForType(ClassUtils.forName(BRIDGE, null))).hasSize(1);
		}
	}

	@Test
	void besideBothStartersEachCallLeavesOneSpanOnEachSide() {
		callLeavesOneSpanOnEachSide();
	}

	@Test
	void withTheSdkOfBootEachCallLeavesOneSpanOnEachSide() {
		callLeavesOneSpanOnEachSide(OTEL_STARTER, "grpc.k8s.observability.tracing.sampling=1.0");
	}

	@Test
	void theSdkOfBootIsToldTheShareToSample() {
		try (ConfigurableApplicationContext server = start(Apps.ServerApp.class, "grpc.server.port=0", OTEL_STARTER,
				"grpc.k8s.observability.tracing.sampling=0.25")) {
			assertThat(((OpenTelemetrySdk) server.getBean(OpenTelemetry.class)).getSdkTracerProvider()
				.getSampler()
				.getDescription()).contains("TraceIdRatioBased{0.25");
		}
	}

	private static void callLeavesOneSpanOnEachSide(String... properties) {
		try (ConfigurableApplicationContext server = start(Apps.ServerApp.class,
				with(properties, "grpc.server.port=0"));
				ConfigurableApplicationContext client = start(Apps.ClientApp.class,
						with(properties, "grpc.server.port=-1",
								"grpc.client.users.address=static://127.0.0.1:" + Apps.port(server),
								"grpc.client.users.negotiation-type=plaintext"))) {
			client.getBean(Caller.class).name("1");
			await().atMost(Duration.ofSeconds(5))
				.untilAsserted(() -> assertThat(Recording.SPANS.getFinishedSpanItems()).hasSizeGreaterThanOrEqualTo(2));
			List<SpanData> spans = Recording.SPANS.getFinishedSpanItems();
			assertThat(spans).extracting(SpanData::getKind).containsExactlyInAnyOrder(SpanKind.CLIENT, SpanKind.SERVER);
			assertThat(spans).extracting(SpanData::getTraceId).containsOnly(spans.get(0).getTraceId());
		}
	}

	private static String[] with(String[] some, String... more) {
		List<String> all = new ArrayList<>(List.of(some));
		all.addAll(List.of(more));
		return all.toArray(String[]::new);
	}

	private static ConfigurableApplicationContext start(Class<?> app, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("grpc.server.address=127.0.0.1");
		return Apps.start(List.of(app, Recording.class, ForBoot.class), all);
	}

	/**
	 * Boot's SDK takes processors from the beans, the other one from its customizers.
	 */
	@Configuration(proxyBeanMethods = false)
	static class ForBoot {

		@Bean
		SpanProcessor recordingProcessor() {
			return Recording.processor();
		}

	}

}
