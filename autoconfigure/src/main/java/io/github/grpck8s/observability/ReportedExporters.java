package io.github.grpck8s.observability;

import java.util.Collection;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;

/**
 * Exporters of the three signals that tell how each export ended.
 */
final class ReportedExporters {

	private ReportedExporters() {
	}

	private static CompletableResultCode report(CompletableResultCode result, Listener listener) {
		return result.whenComplete(() -> listener.exported(result));
	}

	/** Is told of each export. */
	@FunctionalInterface
	interface Listener {

		/** An export has ended. Called by threads of the exporter. */
		void exported(CompletableResultCode result);

	}

	/** Of spans. */
	record Spans(SpanExporter delegate, Listener listener) implements SpanExporter {

		@Override
		public CompletableResultCode export(Collection<SpanData> spans) {
			return report(this.delegate.export(spans), this.listener);
		}

		@Override
		public CompletableResultCode flush() {
			return this.delegate.flush();
		}

		@Override
		public CompletableResultCode shutdown() {
			return this.delegate.shutdown();
		}

	}

	/** Of metrics. */
	record Metrics(MetricExporter delegate, Listener listener) implements MetricExporter {

		@Override
		public CompletableResultCode export(Collection<MetricData> metrics) {
			return report(this.delegate.export(metrics), this.listener);
		}

		@Override
		public CompletableResultCode flush() {
			return this.delegate.flush();
		}

		@Override
		public CompletableResultCode shutdown() {
			return this.delegate.shutdown();
		}

		@Override
		public AggregationTemporality getAggregationTemporality(InstrumentType instrument) {
			return this.delegate.getAggregationTemporality(instrument);
		}

		@Override
		public Aggregation getDefaultAggregation(InstrumentType instrument) {
			return this.delegate.getDefaultAggregation(instrument);
		}

		@Override
		public MemoryMode getMemoryMode() {
			return this.delegate.getMemoryMode();
		}

	}

	/** Of log records. */
	record Logs(LogRecordExporter delegate, Listener listener) implements LogRecordExporter {

		@Override
		public CompletableResultCode export(Collection<LogRecordData> logs) {
			return report(this.delegate.export(logs), this.listener);
		}

		@Override
		public CompletableResultCode flush() {
			return this.delegate.flush();
		}

		@Override
		public CompletableResultCode shutdown() {
			return this.delegate.shutdown();
		}

	}

}
