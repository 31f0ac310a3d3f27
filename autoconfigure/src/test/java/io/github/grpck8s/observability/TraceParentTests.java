package io.github.grpck8s.observability;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reading and writing {@code traceparent}, and when a span need not be made.
 */
class TraceParentTests {

	private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

	private static final String SPAN = "b7ad6b7169203331";

	@ParameterizedTest
	@ValueSource(strings = { "00", "01", "02", "03" })
	void whatIsWrittenIsRead(String flags) {
		SpanContext span = SpanContext.create(TRACE, SPAN, TraceFlags.fromHex(flags, 0), TraceState.getDefault());
		byte[] header = TraceParent.header(span);
		assertThat(new String(header, ISO_8859_1)).isEqualTo("00-" + TRACE + "-" + SPAN + "-" + flags);
		TraceParent read = TraceParent.parse(header);
		assertThat(read).isNotNull();
		assertThat(read.getTraceId()).isEqualTo(TRACE);
		assertThat(read.getSpanId()).isEqualTo(SPAN);
		assertThat(read.getTraceFlags()).isEqualTo(span.getTraceFlags());
		assertThat(read.isSampled()).isEqualTo(span.isSampled());
		assertThat(read.isRemote()).isTrue();
		assertThat(read.isValid()).isTrue();
		assertThat(TraceParent.header(read)).isSameAs(header);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "00", "01-" + TRACE + "-" + SPAN + "-01", "00-" + TRACE + "-" + SPAN + "-01-more",
			"00-00000000000000000000000000000000-" + SPAN + "-01", "00-" + TRACE + "-0000000000000000-01",
			"00-0AF7651916cd43dd8448eb211c80319c-" + SPAN + "-01", "00-" + TRACE + "-" + SPAN + "-0g",
			"00_" + TRACE + "-" + SPAN + "-01", "00-" + TRACE + "_" + SPAN + "-01" })
	void anythingElseIsLeftToThePropagator(String header) {
		assertThat(TraceParent.parse(header.getBytes(ISO_8859_1))).isNull();
	}

	@Test
	void onlyASamplerThatKeepsToItsParentNeedNotBeAsked() {
		assertThat(keeps(Sampler.parentBased(Sampler.alwaysOn()))).isTrue();
		assertThat(keeps(Sampler.parentBased(Sampler.traceIdRatioBased(0.01)))).isTrue();
		assertThat(keeps(Sampler.alwaysOff())).isTrue();
		assertThat(keeps(Sampler.alwaysOn())).isFalse();
		assertThat(keeps(Sampler.traceIdRatioBased(0.01))).isFalse();
		assertThat(keeps(Sampler.parentBasedBuilder(Sampler.parentBased(Sampler.alwaysOn()))
			.setRemoteParentNotSampled(Sampler.alwaysOn())
			.build())).isFalse();
		assertThat(keeps(Sampler.parentBasedBuilder(Sampler.alwaysOn())
			.setLocalParentNotSampled(Sampler.traceIdRatioBased(0.5))
			.build())).isFalse();
	}

	private static boolean keeps(Sampler sampler) {
		return Samplers.keepToUnsampledParents(sampler.getDescription());
	}

}
