package io.github.grpck8s.observability;

import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * Puts something around every callback of a server's call. gRPC serializes the callbacks
 * of one call, on changing threads.
 *
 * @param <ReqT> the type of the requests
 * @param <S> what must be handed back after the callback
 */
abstract class EnclosedListener<ReqT, S extends @Nullable Object> extends ServerCall.Listener<ReqT> {

	private final ServerCall.Listener<ReqT> delegate;

	EnclosedListener(ServerCall.Listener<ReqT> delegate) {
		this.delegate = delegate;
	}

	abstract S enter();

	abstract void leave(S state);

	/** What escaped from the application: gRPC answers with UNKNOWN. */
	void failed(Throwable failure) {
	}

	/** The last callback was made. */
	void ended(boolean cancelled) {
	}

	@Override
	public void onReady() {
		S state = enter();
		try {
			this.delegate.onReady();
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
			throw ex;
		}
		finally {
			leave(state);
		}
	}

	@Override
	public void onMessage(ReqT message) {
		S state = enter();
		try {
			this.delegate.onMessage(message);
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
			throw ex;
		}
		finally {
			leave(state);
		}
	}

	@Override
	public void onHalfClose() {
		S state = enter();
		try {
			this.delegate.onHalfClose();
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
			throw ex;
		}
		finally {
			leave(state);
		}
	}

	@Override
	public void onComplete() {
		S state = enter();
		try {
			this.delegate.onComplete();
		}
		finally {
			leave(state);
			ended(false);
		}
	}

	@Override
	public void onCancel() {
		S state = enter();
		try {
			this.delegate.onCancel();
		}
		finally {
			leave(state);
			ended(true);
		}
	}

}
