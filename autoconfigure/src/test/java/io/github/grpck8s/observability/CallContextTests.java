package io.github.grpck8s.observability;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Context of a call on another thread.
 */
class CallContextTests {

	private static final SpanContext SPAN = SpanContext.create("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331",
			TraceFlags.getSampled(), TraceState.getDefault());

	private final ExecutorService pool = Executors.newSingleThreadExecutor();

	@AfterEach
	void stop() {
		this.pool.shutdownNow();
		MDC.clear();
	}

	@Test
	@SuppressWarnings("try") // a scope is used by being open
	void taskRunsInTheContextOfWhoHandedItOver() {
		Executor executor = CallContext.wrap((Executor) this.pool);
		MDC.put("grpc.method", "talk.Talk/Say");
		try (Scope scope = Span.wrap(SPAN).makeCurrent()) {
			CompletableFuture.runAsync(() -> {
				assertThat(Span.current().getSpanContext()).isEqualTo(SPAN);
				assertThat(MDC.get("grpc.method")).isEqualTo("talk.Talk/Say");
			}, executor).join();
		}
	}

	@Test
	@SuppressWarnings("try") // a scope is used by being open
	void threadIsLeftAsItWas() {
		CompletableFuture.runAsync(() -> MDC.put("grpc.method", "former"), this.pool).join();
		MDC.put("grpc.method", "talk.Talk/Say");
		MDC.put("grpc.status", "OK");
		Runnable task;
		try (Scope scope = Span.wrap(SPAN).makeCurrent()) {
			task = CallContext.wrap(() -> {
				throw new IllegalStateException("broken");
			});
		}
		CompletableFuture.runAsync(task, this.pool).exceptionally((ex) -> null).join();
		CompletableFuture.runAsync(() -> {
			assertThat(Span.current().getSpanContext().isValid()).isFalse();
			assertThat(MDC.get("grpc.method")).isEqualTo("former");
			assertThat(MDC.get("grpc.status")).isNull();
		}, this.pool).join();
	}

}
