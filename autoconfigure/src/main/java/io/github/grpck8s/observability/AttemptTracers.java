package io.github.grpck8s.observability;

import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.LongSupplier;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status;
import io.micrometer.core.instrument.Timer;

/**
 * Measures each attempt of the calls of one method on one channel. Safe for use by many
 * threads.
 */
final class AttemptTracers extends ClientStreamTracer.Factory {

	/** A connection that is there is found in some microseconds. */
	private static final long WAIT = TimeUnit.MILLISECONDS.toNanos(1);

	private final MethodMeters meters;

	private final LongSupplier ticker;

	private final Peers peers;

	private final Timer wait;

	AttemptTracers(MethodMeters meters, LongSupplier ticker, Peers peers, Timer wait) {
		this.meters = meters;
		this.ticker = ticker;
		this.peers = peers;
		this.wait = wait;
	}

	@Override
	public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
		this.meters.started();
		return new AttemptTracer(this);
	}

	/** Called by the transport and by the application's threads. */
	private static final class AttemptTracer extends ClientStreamTracer {

		private static final AtomicLongFieldUpdater<AttemptTracer> SENT = AtomicLongFieldUpdater
			.newUpdater(AttemptTracer.class, "sent");

		private static final AtomicLongFieldUpdater<AttemptTracer> RECEIVED = AtomicLongFieldUpdater
			.newUpdater(AttemptTracer.class, "received");

		private static final AtomicIntegerFieldUpdater<AttemptTracer> CLOSED = AtomicIntegerFieldUpdater
			.newUpdater(AttemptTracer.class, "closed");

		private final AttemptTracers attempts;

		private final long startedAt;

		private volatile long sent;

		private volatile long received;

		private volatile int closed;

		AttemptTracer(AttemptTracers attempts) {
			this.attempts = attempts;
			this.startedAt = attempts.ticker.getAsLong();
		}

		@Override
		public void streamCreated(Attributes transport, Metadata headers) {
			long now = this.attempts.ticker.getAsLong();
			if (now - this.startedAt >= WAIT) {
				this.attempts.wait.record(now - this.startedAt, TimeUnit.NANOSECONDS);
			}
			SocketAddress peer = transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
			if (peer != null) {
				this.attempts.peers.attempt(peer, now);
			}
		}

		@Override
		public void outboundWireSize(long bytes) {
			SENT.getAndAdd(this, bytes);
		}

		@Override
		public void inboundWireSize(long bytes) {
			RECEIVED.getAndAdd(this, bytes);
		}

		@Override
		public void streamClosed(Status status) {
			if (CLOSED.compareAndSet(this, 0, 1)) {
				this.attempts.meters.ended(status.getCode(), this.attempts.ticker.getAsLong() - this.startedAt,
						this.sent, this.received, null);
			}
		}

	}

}
