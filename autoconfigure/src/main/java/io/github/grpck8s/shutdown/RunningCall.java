package io.github.grpck8s.shutdown;

import java.util.concurrent.Future;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A call that can be ended from outside while its handler runs. A {@link ServerCall}
 * takes one thread at a time and can be closed once: what writes to it holds this
 * object's monitor, and what the handler still writes after the end goes nowhere.
 *
 * @param <Q> the type of requests
 * @param <R> the type of responses
 */
final class RunningCall<Q, R> extends SimpleForwardingServerCall<Q, R> {

	private boolean closed;

	private volatile boolean cut;

	/** Ends the call when it has become old. */
	private volatile @Nullable Future<?> limit;

	RunningCall(ServerCall<Q, R> call) {
		super(call);
	}

	@Override
	public synchronized void sendHeaders(Metadata headers) {
		if (!this.cut) {
			super.sendHeaders(headers);
		}
	}

	@Override
	public synchronized void sendMessage(R message) {
		if (!this.cut) {
			super.sendMessage(message);
		}
	}

	@Override
	public synchronized void close(Status status, Metadata trailers) {
		if (!this.cut) {
			this.closed = true;
			super.close(status, trailers);
		}
	}

	@Override
	public boolean isReady() {
		return !this.cut && super.isReady();
	}

	@Override
	public boolean isCancelled() {
		return this.cut || super.isCancelled();
	}

	/**
	 * End the call, unless its handler has.
	 * @param status how it ends
	 * @return whether it was ended here
	 */
	synchronized boolean cut(Status status) {
		if (this.closed || this.cut || super.isCancelled()) {
			return false;
		}
		this.cut = true;
		super.close(status, new Metadata());
		return true;
	}

	/**
	 * End the call when it has become old.
	 * @param limit how old it may become
	 */
	void limitedBy(StreamLimit limit) {
		this.limit = limit.watch(this);
	}

	/**
	 * The call is over.
	 */
	void ended() {
		Future<?> waiting = this.limit;
		if (waiting != null) {
			waiting.cancel(false);
		}
	}

	/**
	 * Follow what happens to the call.
	 * @param listener the listener of the handler
	 * @param calls forgets the call when it is over
	 * @return the listener to give to the server
	 */
	ServerCall.Listener<Q> followedBy(ServerCall.Listener<Q> listener, RunningCalls calls) {
		return new SimpleForwardingServerCallListener<>(listener) {

			@Override
			public void onComplete() {
				calls.remove(RunningCall.this);
				if (RunningCall.this.cut) {
					// the transport calls it complete because this side closed it
					super.onCancel();
				}
				else {
					super.onComplete();
				}
			}

			@Override
			public void onCancel() {
				calls.remove(RunningCall.this);
				super.onCancel();
			}

		};
	}

}
