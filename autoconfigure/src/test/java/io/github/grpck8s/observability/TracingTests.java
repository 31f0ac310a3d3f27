package io.github.grpck8s.observability;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.github.grpck8s.ServerFeature;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Spans of real calls.
 */
@SuppressWarnings("try")
class TracingTests {

	private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

	private final InMemorySpanExporter spans = InMemorySpanExporter.create();

	private OpenTelemetrySdk openTelemetry = sdk(Sampler.parentBased(Sampler.alwaysOn()));

	@AfterEach
	void close() {
		this.openTelemetry.close();
	}

	@Test
	void clientAndServerAreInOneTrace() throws Exception {
		try (Talk talk = talk()) {
			Span caller = this.openTelemetry.getTracer("test").spanBuilder("caller").startSpan();
			try (Scope scope = caller.makeCurrent()) {
				ClientCalls.blockingUnaryCall(talk.channel, Talk.SAY, CallOptions.DEFAULT, "hello");
			}
			SpanData client = span(SpanKind.CLIENT);
			SpanData server = span(SpanKind.SERVER);
			assertThat(client.getName()).isEqualTo("talk.Talk/Say");
			assertThat(client.getParentSpanId()).isEqualTo(caller.getSpanContext().getSpanId());
			assertThat(server.getName()).isEqualTo("talk.Talk/Say");
			assertThat(server.getTraceId()).isEqualTo(client.getTraceId());
			assertThat(server.getParentSpanId()).isEqualTo(client.getSpanId());
			assertThat(List.of(client, server)).allSatisfy((span) -> {
				assertThat(attributes(span)).containsEntry("rpc.system", "grpc")
					.containsEntry("rpc.service", "talk.Talk")
					.containsEntry("rpc.method", "Say")
					.containsEntry("rpc.grpc.status_code", 0L);
				assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
			});
		}
	}

	@Test
	void headersOfAnyClientAreContinued() throws Exception {
		try (Talk talk = new Talk(List.of(server()), List.of())) {
			say(talk, "00-" + TRACE + "-b7ad6b7169203331-01");
			SpanData server = span(SpanKind.SERVER);
			assertThat(server.getTraceId()).isEqualTo(TRACE);
			assertThat(server.getParentSpanId()).isEqualTo("b7ad6b7169203331");
		}
	}

	@Test
	void callersDecisionNotToSampleIsKept() throws Exception {
		List<SpanContext> seen = new CopyOnWriteArrayList<>();
		try (Talk talk = new Talk(List.of(server()), List.of())) {
			talk.say = (request) -> {
				seen.add(Span.current().getSpanContext());
				return request;
			};
			say(talk, "00-" + TRACE + "-b7ad6b7169203331-00");
			// there is no span to be told from the caller's
			assertThat(seen.get(0).getTraceId()).isEqualTo(TRACE);
			assertThat(seen.get(0).getSpanId()).isEqualTo("b7ad6b7169203331");
			assertThat(seen.get(0).isSampled()).isFalse();
			assertThat(this.spans.getFinishedSpanItems()).isEmpty();
		}
	}

	@Test
	void samplerThatRecordsWhatItsCallerDoesNotIsAsked() throws Exception {
		this.openTelemetry = sdk(Sampler.alwaysOn());
		try (Talk talk = new Talk(List.of(server()), List.of())) {
			say(talk, "00-" + TRACE + "-b7ad6b7169203331-00");
			assertThat(span(SpanKind.SERVER).getTraceId()).isEqualTo(TRACE);
		}
	}

	@Test
	void decisionNotToSampleIsHandedOn() throws Exception {
		List<String> handedOn = new CopyOnWriteArrayList<>();
		ServerFeature recorder = (server) -> server.intercept(new HeaderRecorder(handedOn));
		ClientTracing client = new ClientTracing(() -> this.openTelemetry, () -> false, false);
		try (Talk last = new Talk(List.of(recorder), List.of(client));
				Talk first = new Talk(List.of(server()), List.of())) {
			first.say = (request) -> ClientCalls.blockingUnaryCall(last.channel, Talk.SAY, CallOptions.DEFAULT,
					request);
			say(first, "00-" + TRACE + "-b7ad6b7169203331-00");
			assertThat(handedOn).containsExactly("00-" + TRACE + "-b7ad6b7169203331-00");
		}
	}

	@Test
	void stateOfOtherVendorsIsHandedOn() throws Exception {
		List<SpanContext> seen = new CopyOnWriteArrayList<>();
		try (Talk talk = new Talk(List.of(server()), List.of())) {
			talk.say = (request) -> {
				seen.add(Span.current().getSpanContext());
				return request;
			};
			Metadata headers = new Metadata();
			headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
					"00-" + TRACE + "-b7ad6b7169203331-01");
			headers.put(Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER), "vendor=value");
			ClientCalls.blockingUnaryCall(
					ClientInterceptors.intercept(talk.channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
					Talk.SAY, CallOptions.DEFAULT, "hello");
			assertThat(seen.get(0).getTraceState().get("vendor")).isEqualTo("value");
		}
	}

	@Test
	void probesAreSeenWhenAskedFor() throws Exception {
		try (Talk talk = new Talk(List.of(new ServerTracing(() -> this.openTelemetry, () -> false, true)),
				List.of(new ClientTracing(() -> this.openTelemetry, () -> false, true)))) {
			HealthGrpc.newBlockingStub(talk.channel).check(HealthCheckRequest.getDefaultInstance());
			assertThat(span(SpanKind.SERVER).getName()).isEqualTo("grpc.health.v1.Health/Check");
			assertThat(span(SpanKind.CLIENT).getName()).isEqualTo("grpc.health.v1.Health/Check");
		}
	}

	@Test
	void callThatIsNotSampledStillTellsItsTrace() throws Exception {
		this.openTelemetry.close();
		this.openTelemetry = sdk(Sampler.parentBased(Sampler.alwaysOff()));
		List<SpanContext> seen = new CopyOnWriteArrayList<>();
		try (Talk talk = talk()) {
			talk.say = (request) -> {
				seen.add(Span.current().getSpanContext());
				return request;
			};
			Span caller = this.openTelemetry.getTracer("test").spanBuilder("caller").startSpan();
			try (Scope scope = caller.makeCurrent()) {
				ClientCalls.blockingUnaryCall(talk.channel, Talk.SAY, CallOptions.DEFAULT, "hello");
			}
			assertThat(seen.get(0).getTraceId()).isEqualTo(caller.getSpanContext().getTraceId());
			assertThat(seen.get(0).isSampled()).isFalse();
			assertThat(this.spans.getFinishedSpanItems()).isEmpty();
		}
	}

	@Test
	void streamIsOneSpanThatIsCurrentInEveryCallback() throws Exception {
		List<String> current = new CopyOnWriteArrayList<>();
		try (Talk talk = talk()) {
			talk.say = (message) -> {
				current.add(Span.current().getSpanContext().getSpanId());
				return message;
			};
			CompletableFuture<Void> done = new CompletableFuture<>();
			StreamObserver<String> requests = ClientCalls
				.asyncBidiStreamingCall(talk.channel.newCall(Talk.CHAT, CallOptions.DEFAULT), until(done));
			requests.onNext("one");
			requests.onNext("two");
			requests.onCompleted();
			done.get();
			SpanData server = span(SpanKind.SERVER);
			assertThat(server.getName()).isEqualTo("talk.Talk/Chat");
			assertThat(current).containsExactly(server.getSpanId(), server.getSpanId());
			assertThat(span(SpanKind.CLIENT).getSpanId()).isEqualTo(server.getParentSpanId());
		}
	}

	@Test
	void callersSpanIsCurrentInCallbacksOfTheClient() throws Exception {
		AtomicReference<Span> seen = new AtomicReference<>();
		try (Talk talk = talk()) {
			CompletableFuture<Void> done = new CompletableFuture<>();
			Span caller = this.openTelemetry.getTracer("test").spanBuilder("caller").startSpan();
			try (Scope scope = caller.makeCurrent()) {
				ClientCalls.asyncUnaryCall(talk.channel.newCall(Talk.SAY, CallOptions.DEFAULT), "hello",
						new StreamObserver<String>() {

							@Override
							public void onNext(String answer) {
								seen.set(Span.current());
							}

							@Override
							public void onError(Throwable failure) {
								done.completeExceptionally(failure);
							}

							@Override
							public void onCompleted() {
								done.complete(null);
							}

						});
			}
			done.get();
			assertThat(seen.get()).isEqualTo(caller);
		}
	}

	@Test
	void wrongRequestIsAnErrorOfTheClientOnly() throws Exception {
		try (Talk talk = talk()) {
			talk.say = (request) -> {
				throw Status.NOT_FOUND.withDescription("no such user").asRuntimeException();
			};
			fail(talk);
			assertThat(span(SpanKind.CLIENT).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
			assertThat(span(SpanKind.CLIENT).getStatus().getDescription()).isEqualTo("no such user");
			assertThat(span(SpanKind.SERVER).getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
			assertThat(attributes(span(SpanKind.SERVER))).containsEntry("rpc.grpc.status_code", 5L);
		}
	}

	@Test
	void exceptionOfTheHandlerIsRecorded() throws Exception {
		try (Talk talk = talk()) {
			talk.say = (request) -> {
				throw new IllegalStateException("broken");
			};
			fail(talk);
			SpanData server = span(SpanKind.SERVER);
			assertThat(server.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
			assertThat(attributes(server)).containsEntry("rpc.grpc.status_code", 2L);
			assertThat(server.getEvents()).extracting(EventData::getName).containsExactly("exception");
		}
	}

	@Test
	void cancelledStreamEndsBothSpans() throws Exception {
		try (Talk talk = talk()) {
			CompletableFuture<Void> first = new CompletableFuture<>();
			ClientCall<String, String> call = talk.channel.newCall(Talk.CHAT, CallOptions.DEFAULT);
			StreamObserver<String> requests = ClientCalls.asyncBidiStreamingCall(call, onFirst(first));
			requests.onNext("one");
			first.get();
			call.cancel("enough", null);
			assertThat(attributes(span(SpanKind.CLIENT))).containsEntry("rpc.grpc.status_code", 1L);
			SpanData server = span(SpanKind.SERVER);
			assertThat(attributes(server)).containsEntry("rpc.grpc.status_code", 1L);
			assertThat(server.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
		}
	}

	@Test
	void retriesAreEventsOfTheOneClientSpan() throws Exception {
		AtomicInteger attempts = new AtomicInteger();
		try (Talk talk = talk()) {
			talk.say = (request) -> {
				if (attempts.incrementAndGet() == 1) {
					throw Status.UNAVAILABLE.asRuntimeException();
				}
				return request;
			};
			ClientCalls.blockingUnaryCall(talk.channel, Talk.SAY, CallOptions.DEFAULT, "hello");
			SpanData client = span(SpanKind.CLIENT);
			assertThat(client.getEvents()).extracting(EventData::getName)
				.containsExactly("Attempt failed", "Attempt started");
			await().untilAsserted(() -> assertThat(this.spans.getFinishedSpanItems())
				.filteredOn((span) -> span.getKind() == SpanKind.SERVER)
				.hasSize(2)
				.allSatisfy((span) -> assertThat(span.getParentSpanId()).isEqualTo(client.getSpanId())));
		}
	}

	@Test
	void probesLeaveNoSpans() throws Exception {
		try (Talk talk = talk()) {
			HealthGrpc.newBlockingStub(talk.channel).check(HealthCheckRequest.getDefaultInstance());
			ClientCalls.blockingUnaryCall(talk.channel, Talk.SAY, CallOptions.DEFAULT, "hello");
			span(SpanKind.SERVER);
			assertThat(this.spans.getFinishedSpanItems()).extracting(SpanData::getName).containsOnly("talk.Talk/Say");
		}
	}

	@Test
	void serverThatIsTracedElsewhereIsLeftAlone() throws Exception {
		try (Talk talk = new Talk(List.of(new ServerTracing(() -> this.openTelemetry, () -> true, false)),
				List.of(new ClientTracing(() -> this.openTelemetry, () -> true, false)))) {
			ClientCalls.blockingUnaryCall(talk.channel, Talk.SAY, CallOptions.DEFAULT, "hello");
			assertThat(this.spans.getFinishedSpanItems()).isEmpty();
		}
	}

	@Test
	void openTelemetryThatCannotBeHadYetFailsNoCall() throws Exception {
		AtomicInteger asked = new AtomicInteger();
		try (Talk talk = new Talk(List.of(), List.of(new ClientTracing(() -> {
			if (asked.incrementAndGet() == 1) {
				throw new IllegalStateException("in creation");
			}
			return this.openTelemetry;
		}, () -> false, false)))) {
			assertThat(asked).hasValue(0);
			ClientCalls.blockingUnaryCall(talk.channel, Talk.SAY, CallOptions.DEFAULT, "hello");
			ClientCalls.blockingUnaryCall(talk.channel, Talk.SAY, CallOptions.DEFAULT, "hello");
			ClientCalls.blockingUnaryCall(talk.channel, Talk.SAY, CallOptions.DEFAULT, "hello");
			assertThat(asked).hasValue(2);
			assertThat(this.spans.getFinishedSpanItems()).hasSize(2);
		}
	}

	private Talk talk() throws Exception {
		return new Talk(List.of(server()), List.of(new ClientTracing(() -> this.openTelemetry, () -> false, false)));
	}

	private ServerTracing server() {
		return new ServerTracing(() -> this.openTelemetry, () -> false, false);
	}

	private OpenTelemetrySdk sdk(Sampler sampler) {
		return OpenTelemetrySdk.builder()
			.setTracerProvider(SdkTracerProvider.builder()
				.setSampler(sampler)
				.addSpanProcessor(SimpleSpanProcessor.create(this.spans))
				.build())
			.setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
			.build();
	}

	private SpanData span(SpanKind kind) {
		return await().until(
				() -> this.spans.getFinishedSpanItems().stream().filter((span) -> span.getKind() == kind).findFirst(),
				Optional::isPresent)
			.orElseThrow();
	}

	private static Map<String, Object> attributes(SpanData span) {
		Map<String, Object> attributes = new HashMap<>();
		span.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), value));
		return attributes;
	}

	private static void say(Talk talk, String traceparent) {
		Metadata headers = new Metadata();
		headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), traceparent);
		ClientCalls.blockingUnaryCall(
				ClientInterceptors.intercept(talk.channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
				Talk.SAY, CallOptions.DEFAULT, "hello");
	}

	private static void fail(Talk talk) {
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> ClientCalls.blockingUnaryCall(talk.channel, Talk.SAY, CallOptions.DEFAULT, "hello"));
	}

	private static StreamObserver<String> until(CompletableFuture<Void> done) {
		return observer((answer) -> {
		}, done);
	}

	private static StreamObserver<String> onFirst(CompletableFuture<Void> first) {
		return observer((answer) -> first.complete(null), new CompletableFuture<>());
	}

	private static StreamObserver<String> observer(Consumer<String> answers, CompletableFuture<Void> done) {
		return new StreamObserver<>() {

			@Override
			public void onNext(String answer) {
				answers.accept(answer);
			}

			@Override
			public void onError(Throwable failure) {
				done.completeExceptionally(failure);
			}

			@Override
			public void onCompleted() {
				done.complete(null);
			}

		};
	}

	private record HeaderRecorder(List<String> values) implements ServerInterceptor {

		@Override
		public <Q, S> ServerCall.Listener<Q> interceptCall(ServerCall<Q, S> call, Metadata headers,
				ServerCallHandler<Q, S> next) {
			this.values
				.add(String.valueOf(headers.get(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER))));
			return next.startCall(call, headers);
		}

	}

}
