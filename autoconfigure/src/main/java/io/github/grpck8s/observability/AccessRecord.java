package io.github.grpck8s.observability;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way to a line of the access log. Written by the transport and by the
 * application's threads.
 */
final class AccessRecord {

	private final AccessLog log;

	private final String kind;

	private final String method;

	private final boolean drawn;

	private final long startedAt;

	private final AtomicLong sent = new AtomicLong();

	private final AtomicLong received = new AtomicLong();

	private final AtomicInteger attempts = new AtomicInteger();

	private final AtomicBoolean ended = new AtomicBoolean();

	private volatile @Nullable Long deadlineMillis;

	private volatile @Nullable String peer;

	private volatile @Nullable String traceId;

	private volatile @Nullable String spanId;

	private volatile List<String[]> headers = List.of();

	AccessRecord(AccessLog log, String kind, String method, boolean drawn, long startedAt) {
		this.log = log;
		this.kind = kind;
		this.method = method;
		this.drawn = drawn;
		this.startedAt = startedAt;
	}

	boolean drawn() {
		return this.drawn;
	}

	void sent(long bytes) {
		this.sent.addAndGet(bytes);
	}

	void received(long bytes) {
		this.received.addAndGet(bytes);
	}

	void attempt() {
		this.attempts.incrementAndGet();
	}

	void deadline(@Nullable Long millis) {
		this.deadlineMillis = millis;
	}

	void headers(Metadata request) {
		this.headers = this.log.allowed(request);
	}

	/** The span that is current where the call is handled or made. */
	void span() {
		LogContext.SpanIds ids = this.log.spanIds();
		if (ids != null) {
			this.traceId = ids.traceId();
			this.spanId = ids.spanId();
		}
	}

	void peer(Attributes transport) {
		SocketAddress address = transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
		if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
			this.peer = inet.getAddress().getHostAddress() + ":" + inet.getPort();
		}
		else if (address != null) {
			this.peer = address.toString();
		}
	}

	void ended(Status status) {
		if (this.ended.compareAndSet(false, true)) {
			this.log.ended(this, status);
		}
	}

	Line line(Status.Code status, long now) {
		return new Line(this.kind, this.method, status, now - this.startedAt, this.peer, this.received.get(),
				this.sent.get(), this.deadlineMillis, this.attempts.get(), this.traceId, this.spanId, this.headers);
	}

	/**
	 * What is written of a call.
	 *
	 * @param kind {@code server} or {@code client}
	 * @param method the full name of the method
	 * @param status how it ended
	 * @param nanos how long it took
	 * @param peer the other end, {@code null} if no connection was had
	 * @param received bytes of all messages that came, on the wire
	 * @param sent bytes of all messages that went, on the wire
	 * @param deadlineMillis the time that the caller gave it when it started,
	 * {@code null} for any
	 * @param attempts of a client's call, 0 at a server
	 * @param traceId the id of its trace, {@code null} without one
	 * @param spanId the id of its span, {@code null} without one
	 * @param headers the allowed ones of its request, each a name and a value
	 */
	record Line(String kind, String method, Status.Code status, long nanos, @Nullable String peer, long received,
			long sent, @Nullable Long deadlineMillis, int attempts, @Nullable String traceId, @Nullable String spanId,
			List<String[]> headers) {

		@Override
		public String toString() {
			return String.format(Locale.ROOT, "%s %s %s in %.3f ms, peer %s, received %d B, sent %d B, deadline %s",
					this.kind, this.method, this.status, this.nanos / (double) TimeUnit.MILLISECONDS.toNanos(1),
					(this.peer != null) ? this.peer : "none", this.received, this.sent,
					(this.deadlineMillis != null) ? this.deadlineMillis + " ms" : "none");
		}

	}

}
