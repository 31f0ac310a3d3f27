package io.github.grpck8s.limits;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.grpc.Context;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * What one call keeps in memory, in bytes on the wire. The sender of answers, the reader
 * of messages and the transport each call it on their own thread.
 */
final class CallBuffers extends ServerStreamTracer {

	static final Context.Key<CallBuffers> CALL = Context.key("io.github.grpck8s.limits.call");

	/**
	 * What a call may have even when the others have used everything up, so that a small
	 * call does not pay for a greedy neighbour. As much as gRPC lets a stream write
	 * before it says that it is not ready.
	 */
	private static final long ALLOWANCE = 32 * 1024;

	private final AtomicLong unread = new AtomicLong();

	private final AtomicLong unfinished = new AtomicLong();

	/** Set before the first message is read or written. */
	private volatile @Nullable Budget budget;

	/** What comes later, a handler's late answer, is given back by who takes it. */
	private volatile boolean closed;

	@Override
	public Context filterContext(Context context) {
		return context.withValue(CALL, this);
	}

	@Override
	public void serverCallStarted(ServerCallInfo<?, ?> call) {
		this.budget = call.getAttributes().get(BufferLimit.BUDGET);
	}

	@Override
	public void inboundWireSize(long bytes) {
		Budget shared = this.budget;
		if (shared == null || bytes <= 0) {
			return;
		}
		shared.take(bytes);
		long mine = this.unfinished.addAndGet(bytes);
		giveBackIfClosed(this.unfinished);
		// a message has its own limit: the last one of a connection may come to its end
		if (mine > ALLOWANCE && shared.isUsedUp(mine)) {
			// ends the call as a message that is too large does
			throw Status.RESOURCE_EXHAUSTED.withDescription(shared.refuse("messages that are not complete"))
				.asRuntimeException();
		}
	}

	@Override
	public void inboundMessageRead(int number, long wireSize, long size) {
		giveBack(this.unfinished);
	}

	@Override
	public void outboundWireSize(long bytes) {
		Budget shared = this.budget;
		if (shared != null && bytes > 0) {
			shared.take(bytes);
			this.unread.addAndGet(bytes);
			giveBackIfClosed(this.unread);
		}
	}

	/**
	 * All answers so far are on the wire, but for what the stream is ready to take.
	 */
	void answersAreRead() {
		giveBack(this.unread);
	}

	/**
	 * Whether a further answer is refused.
	 * @param size the size of the answer, asked for only when it matters
	 * @return why, {@code null} if it is not
	 */
	@Nullable String refuseAnswer(LongSupplier size) {
		Budget shared = this.budget;
		if (shared == null || !shared.isUsedUp(0) || size.getAsLong() <= ALLOWANCE - this.unread.get()) {
			return null;
		}
		return shared.refuse("answers that nobody reads");
	}

	@Override
	public void streamClosed(Status status) {
		// first: who takes from now on sees it, who took before is seen here
		this.closed = true;
		giveBack(this.unread);
		giveBack(this.unfinished);
	}

	private void giveBackIfClosed(AtomicLong mine) {
		if (this.closed) {
			giveBack(mine);
		}
	}

	private void giveBack(AtomicLong mine) {
		Budget shared = this.budget;
		long bytes = (shared != null && mine.get() != 0) ? mine.getAndSet(0) : 0;
		if (shared != null && bytes != 0) {
			shared.giveBack(bytes);
		}
	}

}
