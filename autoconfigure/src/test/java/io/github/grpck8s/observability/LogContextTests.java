package io.github.grpck8s.observability;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.grpck8s.ServerFeature;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * What the log says of calls.
 */
@SuppressWarnings({ "try", "unchecked" })
class LogContextTests {

	private final List<Map<String, String>> seen = new CopyOnWriteArrayList<>();

	@AfterEach
	void clear() {
		MDC.clear();
	}

	@Test
	void handlerLogsTheMethodOfItsCall() throws Exception {
		try (Talk talk = new Talk(List.of(LogContext.withoutSpanIds()), List.of())) {
			talk.say = (request) -> {
				look();
				return request;
			};
			ClientCalls.blockingUnaryCall(talk.channel, Talk.SAY, CallOptions.DEFAULT, "hello");
			assertThat(this.seen).containsExactly(Map.of("grpc.method", "talk.Talk/Say"));
		}
	}

	@Test
	void probesAreNotNamed() throws Exception {
		try (Talk talk = new Talk(
				List.<ServerFeature>of(LogContext.withoutSpanIds(), (server) -> server.intercept(new Looking())),
				List.of())) {
			HealthGrpc.newBlockingStub(talk.channel).check(HealthCheckRequest.getDefaultInstance());
			assertThat(this.seen).isEmpty();
		}
	}

	@Test
	void statusIsThereAsSoonAsItIsKnownAndEverythingIsPutBack() {
		MDC.put("grpc.method", "outer");
		MDC.put("tenant", "t1");
		ServerCall<String, String> call = call();
		ServerCall.Listener<String> listener = LogContext.withoutSpanIds()
			.interceptCall(call, new Metadata(), (inner, headers) -> new ServerCall.Listener<String>() {

				@Override
				public void onHalfClose() {
					look();
					inner.close(Status.NOT_FOUND, new Metadata());
					look();
				}

				@Override
				public void onComplete() {
					look();
				}

			});
		listener.onHalfClose();
		listener.onComplete();
		assertThat(this.seen).containsExactly(Map.of("grpc.method", "talk.Talk/Say", "tenant", "t1"),
				Map.of("grpc.method", "talk.Talk/Say", "tenant", "t1", "grpc.status", "NOT_FOUND"),
				Map.of("grpc.method", "talk.Talk/Say", "tenant", "t1", "grpc.status", "NOT_FOUND"));
		assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("grpc.method", "outer", "tenant", "t1"));
	}

	@Test
	void idsOfTheSpanAreThereWhenAskedFor() {
		String trace = "0af7651916cd43dd8448eb211c80319c";
		String span = "b7ad6b7169203331";
		try (Scope scope = Span.wrap(SpanContext.create(trace, span, TraceFlags.getSampled(), TraceState.getDefault()))
			.makeCurrent()) {
			LogContext.withSpanIds().interceptCall(call(), new Metadata(), (inner, headers) -> {
				look();
				return new ServerCall.Listener<String>() {
				};
			});
		}
		assertThat(this.seen)
			.containsExactly(Map.of("grpc.method", "talk.Talk/Say", "trace_id", trace, "span_id", span));
		assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
	}

	@Test
	void exceptionOfTheHandlerLeavesNothingBehind() {
		ServerCall.Listener<String> listener = LogContext.withoutSpanIds()
			.interceptCall(call(), new Metadata(), (inner, headers) -> new ServerCall.Listener<String>() {

				@Override
				public void onMessage(String message) {
					throw new IllegalStateException("broken");
				}

			});
		assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> listener.onMessage("hello")))
			.hasMessage("broken");
		assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
	}

	private static ServerCall<String, String> call() {
		ServerCall<String, String> call = mock();
		given(call.getMethodDescriptor()).willReturn(Talk.SAY);
		return call;
	}

	private void look() {
		@Nullable Map<String, String> map = MDC.getCopyOfContextMap();
		this.seen.add((map != null) ? map : Map.of());
	}

	/** Notes what interceptors further in see. */
	private final class Looking implements io.grpc.ServerInterceptor {

		@Override
		public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
				io.grpc.ServerCallHandler<ReqT, RespT> next) {
			if (MDC.get("grpc.method") != null) {
				look();
			}
			return next.startCall(call, headers);
		}

	}

}
