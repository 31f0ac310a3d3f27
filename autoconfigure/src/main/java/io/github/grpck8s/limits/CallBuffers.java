package io.github.grpck8s.limits;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;

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

	private static final AtomicLongFieldUpdater<CallBuffers> UNREAD = AtomicLongFieldUpdater
		.newUpdater(CallBuffers.class, "unread");

	private static final AtomicLongFieldUpdater<CallBuffers> UNFINISHED = AtomicLongFieldUpdater
		.newUpdater(CallBuffers.class, "unfinished");

	private volatile long unread;

	private volatile long unfinished;

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
		long mine = UNFINISHED.addAndGet(this, bytes);
		giveBackIfClosed(UNFINISHED);
		// a message has its own limit: the last one of a connection may come to its end
		if (mine > ALLOWANCE && shared.isUsedUp(mine)) {
			// ends the call as a message that is too large does
			throw Status.RESOURCE_EXHAUSTED.withDescription(shared.refuse("messages that are not complete"))
				.asRuntimeException();
		}
	}

	@Override
	public void inboundMessageRead(int number, long wireSize, long size) {
		giveBack(UNFINISHED);
	}

	@Override
	public void outboundWireSize(long bytes) {
		Budget shared = this.budget;
		if (shared != null && bytes > 0) {
			shared.take(bytes);
			UNREAD.addAndGet(this, bytes);
			giveBackIfClosed(UNREAD);
		}
	}

	/**
	 * All answers so far are on the wire, but for what the stream is ready to take.
	 */
	void answersAreRead() {
		giveBack(UNREAD);
	}

	/**
	 * Whether the budget of the connection is used up: then {@link #refuseAnswer} is to
	 * be asked.
	 */
	boolean isUsedUp() {
		Budget shared = this.budget;
		return shared != null && shared.isUsedUp(0);
	}

	/**
	 * Whether a further answer is refused when the budget is used up.
	 * @param size the size of the answer
	 * @return why, {@code null} if it is not
	 */
	@Nullable String refuseAnswer(long size) {
		Budget shared = this.budget;
		return (shared == null || size <= ALLOWANCE - this.unread) ? null : shared.refuse("answers that nobody reads");
	}

	@Override
	public void streamClosed(Status status) {
		// first: who takes from now on sees it, who took before is seen here
		this.closed = true;
		giveBack(UNREAD);
		giveBack(UNFINISHED);
	}

	private void giveBackIfClosed(AtomicLongFieldUpdater<CallBuffers> mine) {
		if (this.closed) {
			giveBack(mine);
		}
	}

	private void giveBack(AtomicLongFieldUpdater<CallBuffers> mine) {
		Budget shared = this.budget;
		long bytes = (shared != null && mine.get(this) != 0) ? mine.getAndSet(this, 0) : 0;
		if (shared != null && bytes != 0) {
			shared.giveBack(bytes);
		}
	}

}
