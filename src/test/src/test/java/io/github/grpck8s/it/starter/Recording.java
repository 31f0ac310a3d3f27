package io.github.grpck8s.it.starter;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Keeps the spans of all the applications of this JVM, one after the other.
 */
@Configuration(proxyBeanMethods = false)
class Recording {

	static final Spans SPANS = new Spans();

	@Bean
	AutoConfigurationCustomizerProvider recorder() {
		return (customizer) -> customizer
			.addTracerProviderCustomizer((provider, config) -> provider.addSpanProcessor(processor()));
	}

	static SpanProcessor processor() {
		return SimpleSpanProcessor.create(SPANS);
	}

	/**
	 * Lives longer than the applications.
	 */
	static final class Spans implements SpanExporter {

		private final List<SpanData> finished = new CopyOnWriteArrayList<>();

		List<SpanData> getFinishedSpanItems() {
			return List.copyOf(this.finished);
		}

		void reset() {
			this.finished.clear();
		}

		@Override
		public CompletableResultCode export(Collection<SpanData> spans) {
			this.finished.addAll(spans);
			return CompletableResultCode.ofSuccess();
		}

		@Override
		public CompletableResultCode flush() {
			return CompletableResultCode.ofSuccess();
		}

		@Override
		public CompletableResultCode shutdown() {
			return CompletableResultCode.ofSuccess();
		}

	}

}
