package io.github.grpck8s.observability;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

import io.opentelemetry.context.Context;
import org.slf4j.MDC;

/**
 * Takes the context of a call to another thread: OpenTelemetry's context, in which the
 * call's span is current, and what the log says of the call. A thread pool knows nothing
 * of either, a virtual thread does not inherit them. Thread-safe.
 */
public final class CallContext {

	private static final UnaryOperator<Runnable> SPAN = spans();

	private CallContext() {
	}

	private static UnaryOperator<Runnable> spans() {
		try {
			Context.root();
			return (task) -> Context.current().wrap(task);
		}
		catch (LinkageError ex) {
			// without OpenTelemetry there are no spans
			return UnaryOperator.identity();
		}
	}

	/**
	 * Have a task run in the context of the caller of this method.
	 * @param task the task
	 * @return the task with the context around it, which leaves the thread that runs it
	 * as it was
	 */
	public static Runnable wrap(Runnable task) {
		Runnable spanned = SPAN.apply(task);
		Map<String, String> call = current();
		if (call.isEmpty()) {
			return spanned;
		}
		return () -> {
			Map<String, String> former = current();
			replace(former, call);
			try {
				spanned.run();
			}
			finally {
				replace(call, former);
			}
		};
	}

	/**
	 * Have every task run in the context of who hands it over.
	 * @param executor who runs the tasks, for example
	 * {@code Executors.newVirtualThreadPerTaskExecutor()}
	 * @return an executor that wraps each task
	 */
	public static Executor wrap(Executor executor) {
		return (task) -> executor.execute(wrap(task));
	}

	private static Map<String, String> current() {
		Map<String, String> current = new HashMap<>();
		for (String key : LogContext.KEYS) {
			String value = MDC.get(key);
			if (value != null) {
				current.put(key, value);
			}
		}
		return current;
	}

	private static void replace(Map<String, String> former, Map<String, String> latter) {
		former.keySet().forEach(MDC::remove);
		latter.forEach(MDC::put);
	}

}
