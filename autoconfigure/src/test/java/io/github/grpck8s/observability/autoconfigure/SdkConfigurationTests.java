package io.github.grpck8s.observability.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.grpck8s.observability.KubernetesResource;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.instrumentation.spring.autoconfigure.OpenTelemetryAutoConfiguration;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the SDK of OpenTelemetry's starter is told.
 */
class SdkConfigurationTests {

	private static final List<String> POD = List.of("POD_NAME=users-0", "POD_NAMESPACE=shop", "POD_UID=u-1",
			"NODE_NAME=node-1");

	private final InMemorySpanExporter spans = InMemorySpanExporter.create();

	private final ApplicationContextRunner context = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(ObservabilityAutoConfiguration.class, OpenTelemetryAutoConfiguration.class))
		.withBean("recorder", AutoConfigurationCustomizerProvider.class,
				() -> (sdk) -> sdk.addTracerProviderCustomizer(
						(provider, config) -> provider.addSpanProcessor(SimpleSpanProcessor.create(this.spans))))
		.withPropertyValues("otel.traces.exporter=none", "otel.metrics.exporter=none", "otel.logs.exporter=none",
				"spring.application.name=users");

	@Test
	void resourceSaysWhichPodItIs() {
		this.context.withPropertyValues(POD.toArray(String[]::new))
			.run((context) -> assertThat(resource(context.getBean(OpenTelemetry.class)))
				.containsEntry("service.name", "users")
				.containsEntry("k8s.namespace.name", "shop")
				.containsEntry("k8s.pod.name", "users-0")
				.containsEntry("k8s.pod.uid", "u-1")
				.containsEntry("k8s.node.name", "node-1")
				.containsEntry("service.instance.id", "u-1"));
	}

	@Test
	void withoutSpansOfOursTheResourceIsTheSame() {
		this.context.withPropertyValues("grpc.k8s.observability.tracing.enabled=false", POD.get(0)).run((context) -> {
			Map<String, String> resource = resource(context.getBean(OpenTelemetry.class));
			assertThat(resource).containsEntry("k8s.pod.name", "users-0");
		});
	}

	@Test
	void resourceAttributesOfTheUserWin() {
		this.context.withPropertyValues(POD.toArray(String[]::new))
			.withPropertyValues("otel.resource.attributes=k8s.pod.name=mine,service.instance.id=i-1")
			.run((context) -> assertThat(resource(context.getBean(OpenTelemetry.class)))
				.containsEntry("k8s.pod.name", "mine")
				.containsEntry("service.instance.id", "i-1")
				.containsEntry("k8s.pod.uid", "u-1"));
	}

	@Test
	void outsideOfAPodNothingIsSaidOfOne() {
		this.context.run((context) -> {
			assertThat(context.getBean(KubernetesResource.class).attributes()).isEmpty();
			assertThat(resource(context.getBean(OpenTelemetry.class)).keySet())
				.noneMatch((attribute) -> attribute.startsWith("k8s."));
		});
	}

	private Map<String, String> resource(OpenTelemetry openTelemetry) {
		openTelemetry.getTracer("test").spanBuilder("one").startSpan().end();
		List<SpanData> finished = this.spans.getFinishedSpanItems();
		Map<String, String> attributes = new TreeMap<>();
		finished.get(0).getResource().getAttributes().forEach((key, value) -> attributes.put(key.getKey(), "" + value));
		return attributes;
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { //
			"none=                                                                   | AlwaysOnSampler",
			"grpc.k8s.observability.tracing.sampling=0.25                            | TraceIdRatioBased{0.25",
			"otel.traces.sampler=parentbased_traceidratio,otel.traces.sampler.arg=0.5 | TraceIdRatioBased{0.5",
			"management.tracing.sampling.probability=0.75                            | TraceIdRatioBased{0.75",
			"otel.traces.sampler=parentbased_always_off,management.tracing.sampling.probability=0.75 | AlwaysOffSampler",
			"grpc.k8s.observability.tracing.sampling=0.25,otel.traces.sampler=always_on,management.tracing.sampling.probability=0.75 | TraceIdRatioBased{0.25" })
	void thereIsOneTruthAboutSampling(String properties, String root) {
		this.context.withPropertyValues(properties.split(","))
			.run((context) -> assertThat(
					((OpenTelemetrySdk) context.getBean(OpenTelemetry.class)).getSdkTracerProvider()
						.getSampler()
						.getDescription())
				.startsWith("ParentBased{root:" + root));
	}

	@Test
	void bootsSdkIsGivenTheSamplerOfTheProperty() {
		this.context.run((context) -> assertThat(context).doesNotHaveBean(Sampler.class));
		this.context.withPropertyValues("grpc.k8s.observability.tracing.sampling=0.25")
			.run((context) -> assertThat(context.getBean(Sampler.class).getDescription())
				.startsWith("ParentBased{root:TraceIdRatioBased{0.25"));
		this.context.withPropertyValues("grpc.k8s.observability.tracing.sampling=0.25")
			.withBean(Sampler.class, Sampler::alwaysOff)
			.run((context) -> assertThat(context.getBean(Sampler.class)).isEqualTo(Sampler.alwaysOff()));
	}

	@Test
	void withoutTheSdkNothingIsTold() {
		this.context.withClassLoader(new FilteredClassLoader("io.opentelemetry.sdk"))
			.withPropertyValues("grpc.k8s.observability.tracing.sampling=0.25")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("grpcK8sSampler"));
	}

}
