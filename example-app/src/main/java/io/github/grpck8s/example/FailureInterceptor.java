package io.github.grpck8s.example;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.annotation.Profile;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.datasource.init.ScriptException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/**
 * Ends a call whose handler throws with the status that fits: the handler's own, or
 * UNAVAILABLE when the database is away. Callers never see what else went wrong; the log
 * does.
 */
@GrpcGlobalServerInterceptor
@Order(2)
@Profile("server")
class FailureInterceptor implements ServerInterceptor {

	private static final Logger logger = LoggerFactory.getLogger(FailureInterceptor.class);

	@Override
	public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
			ServerCallHandler<Q, A> next) {
		OnceClosedCall<Q, A> closing = new OnceClosedCall<>(call);
		try {
			return new FailureListener<>(closing, next.startCall(closing, headers));
		}
		catch (RuntimeException ex) {
			closing.fail(ex);
			return new ServerCall.Listener<>() {
			};
		}
	}

	/**
	 * The status for what a handler threw.
	 */
	static Status toStatus(RuntimeException failure) {
		if (failure instanceof StatusRuntimeException known) {
			return known.getStatus();
		}
		if (failure instanceof DataAccessResourceFailureException || failure instanceof TransientDataAccessException
				|| failure instanceof RecoverableDataAccessException || failure instanceof ScriptException
				|| failure instanceof CannotCreateTransactionException
				|| failure instanceof TransactionSystemException) {
			return Status.UNAVAILABLE.withDescription("The database of users is away");
		}
		return Status.INTERNAL.withDescription("The user service failed; its log says why");
	}

	private static final class OnceClosedCall<Q, A> extends SimpleForwardingServerCall<Q, A> {

		private boolean closed;

		OnceClosedCall(ServerCall<Q, A> delegate) {
			super(delegate);
		}

		@Override
		public void close(Status status, Metadata trailers) {
			this.closed = true;
			super.close(status, trailers);
		}

		void fail(RuntimeException failure) {
			Status status = toStatus(failure);
			if (status.getCode() == Status.Code.INTERNAL) {
				logger.error("{} failed", getMethodDescriptor().getFullMethodName(), failure);
			}
			else {
				logger.debug("{} ends with {}", getMethodDescriptor().getFullMethodName(), status, failure);
			}
			if (!this.closed && !isCancelled()) {
				close(status, new Metadata());
			}
		}

	}

	private static final class FailureListener<Q> extends SimpleForwardingServerCallListener<Q> {

		private final OnceClosedCall<Q, ?> call;

		FailureListener(OnceClosedCall<Q, ?> call, ServerCall.Listener<Q> delegate) {
			super(delegate);
			this.call = call;
		}

		@Override
		public void onMessage(Q message) {
			run(() -> super.onMessage(message));
		}

		@Override
		public void onHalfClose() {
			run(super::onHalfClose);
		}

		@Override
		public void onReady() {
			run(super::onReady);
		}

		private void run(Runnable step) {
			// what still comes after a failure has nowhere to go
			if (this.call.closed) {
				return;
			}
			try {
				step.run();
			}
			catch (RuntimeException ex) {
				this.call.fail(ex);
			}
		}

	}

}
