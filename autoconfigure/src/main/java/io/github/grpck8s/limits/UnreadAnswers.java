package io.github.grpck8s.limits;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/**
 * Ends a call that answers on while the budget of its connection is used up.
 */
final class UnreadAnswers implements ServerInterceptor {

	@Override
	public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
			ServerCallHandler<Q, A> next) {
		CallBuffers buffers = CallBuffers.CALL.get();
		if (buffers == null) {
			return next.startCall(call, headers);
		}
		ServerCall.Listener<Q> listener = next.startCall(new Answers<>(call, buffers), headers);
		// a single answer is written when the call closes: there is nothing to wait for
		return call.getMethodDescriptor().getType().serverSendsOneMessage() ? listener
				: new SimpleForwardingServerCallListener<>(listener) {

					@Override
					public void onReady() {
						if (call.isReady()) {
							buffers.answersAreRead();
						}
						super.onReady();
					}

				};
	}

	/**
	 * The answers of a call. Like every server call it is used by one thread at a time,
	 * except for {@code isReady} and {@code isCancelled}.
	 *
	 * @param <Q> the type of the requests
	 * @param <A> the type of the answers
	 */
	private static final class Answers<Q, A> extends SimpleForwardingServerCall<Q, A> {

		private final CallBuffers buffers;

		private final boolean single;

		private volatile boolean refused;

		Answers(ServerCall<Q, A> call, CallBuffers buffers) {
			super(call);
			this.buffers = buffers;
			this.single = call.getMethodDescriptor().getType().serverSendsOneMessage();
		}

		@Override
		public void sendMessage(A message) {
			if (!this.refused) {
				releaseIfRead();
				String reason = this.buffers.isUsedUp() ? this.buffers.refuseAnswer(size(message)) : null;
				if (reason == null) {
					super.sendMessage(message);
					releaseIfRead();
					return;
				}
				this.refused = true;
				super.close(Status.RESOURCE_EXHAUSTED.withDescription(reason), new Metadata());
			}
			if (!this.single) {
				// stops a handler that answers in a loop, as a cancelled call does
				throw Status.CANCELLED.withDescription("The call was ended: nobody reads its answers")
					.asRuntimeException();
			}
		}

		private long size(A message) {
			try (InputStream stream = getMethodDescriptor().streamResponse(message)) {
				boolean known = stream instanceof KnownLength || stream instanceof ByteArrayInputStream;
				return known ? stream.available() : Long.MAX_VALUE;
			}
			catch (IOException ex) {
				return Long.MAX_VALUE;
			}
		}

		/**
		 * A single answer is handed to the transport when the call closes; until then the
		 * call is ready because nothing was written.
		 */
		private void releaseIfRead() {
			if (!this.single && super.isReady()) {
				this.buffers.answersAreRead();
			}
		}

		@Override
		public void close(Status status, Metadata trailers) {
			if (!this.refused) {
				super.close(status, trailers);
			}
		}

		@Override
		public boolean isReady() {
			return !this.refused && super.isReady();
		}

		@Override
		public boolean isCancelled() {
			return this.refused || super.isCancelled();
		}

	}

}
