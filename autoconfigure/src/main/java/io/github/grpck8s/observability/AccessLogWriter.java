package io.github.grpck8s.observability;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes the lines of the access log on a thread of its own: calls end on the threads
 * that serve the connections, and a console that is not read must not stop those. Safe
 * for use by many threads.
 */
final class AccessLogWriter implements AutoCloseable {

	/** What the log is found by, and switched off. */
	static final String LOGGER = "io.github.grpck8s.observability.AccessLog";

	/** Lines that wait; what comes on top of them is counted and dropped. */
	static final int MAX_WAITING = 10_000;

	private static final Logger logger = LoggerFactory.getLogger(LOGGER);

	private final AtomicLong dropped = new AtomicLong();

	private final ThreadPoolExecutor thread;

	AccessLogWriter() {
		this.thread = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING),
				(task) -> {
					Thread thread = new Thread(task, "grpc-k8s-access-log");
					thread.setDaemon(true);
					return thread;
				}, (task, executor) -> this.dropped.incrementAndGet());
		this.thread.allowCoreThreadTimeOut(true);
	}

	void write(AccessRecord.Line line) {
		this.thread.execute(() -> log(line));
	}

	private void log(AccessRecord.Line line) {
		long dropped = this.dropped.getAndSet(0);
		if (dropped > 0) {
			logger.warn("{} lines of the access log were dropped: the log cannot be written as fast as calls end",
					dropped);
		}
		if (line.traceId() != null && line.spanId() != null) {
			MDC.put(LogContext.TRACE_ID, line.traceId());
			MDC.put(LogContext.SPAN_ID, line.spanId());
		}
		try {
			// for those who read JSON each of them is a field
			LoggingEventBuilder event = logger.atInfo()
				.addKeyValue("grpc.kind", line.kind())
				.addKeyValue(LogContext.METHOD, line.method())
				.addKeyValue(LogContext.STATUS, line.status().name())
				.addKeyValue("event.duration", line.nanos())
				.addKeyValue("grpc.received_bytes", line.received())
				.addKeyValue("grpc.sent_bytes", line.sent());
			if (line.peer() != null) {
				event = event.addKeyValue("grpc.peer", line.peer());
			}
			if (line.deadlineMillis() != null) {
				event = event.addKeyValue("grpc.deadline_ms", line.deadlineMillis());
			}
			if (line.attempts() > 0) {
				event = event.addKeyValue("grpc.attempts", line.attempts());
			}
			for (String[] header : line.headers()) {
				event = event.addKeyValue("grpc.metadata." + header[0], header[1]);
			}
			event.log("{}", line);
		}
		finally {
			MDC.clear();
		}
	}

	/** Write what waits, for a second at most. */
	@Override
	public void close() {
		this.thread.shutdown();
		try {
			this.thread.awaitTermination(1, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
