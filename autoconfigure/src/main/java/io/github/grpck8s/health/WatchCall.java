package io.github.grpck8s.health;

import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.stub.ServerCallStreamObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open Watch. A stream observer takes one thread at a time, so all that is sent is
 * sent holding this object's monitor. A client that does not read is owed one message at
 * most: the newest.
 */
final class WatchCall {

	private static final Logger logger = LoggerFactory.getLogger(WatchCall.class);

	private final String name;

	private final ServingBoard board;

	private final ServerCallStreamObserver<HealthCheckResponse> client;

	private @Nullable ServingStatus elsewhere;

	private @Nullable ServingStatus told;

	private boolean over;

	private @Nullable Runnable afterwards;

	WatchCall(String name, ServingBoard board, ServerCallStreamObserver<HealthCheckResponse> client) {
		this.name = name;
		this.board = board;
		this.client = client;
		client.setOnCancelHandler(this::end);
		client.setOnReadyHandler(this::refresh);
	}

	/**
	 * What is to be run once when the stream is over.
	 * @param task removes what another source holds of this stream
	 */
	void afterwards(Runnable task) {
		boolean late;
		synchronized (this) {
			this.afterwards = task;
			late = this.over;
		}
		if (late) {
			task.run();
		}
	}

	/**
	 * Take note of what another source says of the name.
	 * @param status the status set there
	 */
	void elsewhere(ServingStatus status) {
		synchronized (this) {
			this.elsewhere = status;
		}
		refresh();
	}

	/**
	 * Tell the client what the name says now, if it has not been told.
	 */
	void refresh() {
		boolean lost = false;
		synchronized (this) {
			// the board is read inside: whoever comes last tells the newest
			if (!this.over && (this.told == null || this.client.isReady())) {
				lost = !tell();
			}
		}
		if (lost) {
			end();
		}
	}

	/**
	 * End the stream with OK after the client was told the newest.
	 */
	void complete() {
		synchronized (this) {
			if (!this.over) {
				this.over = true;
				if (tell()) {
					this.client.onCompleted();
				}
			}
		}
		end();
	}

	private boolean tell() {
		ServingStatus now = now();
		if (now != this.told) {
			this.told = now;
			try {
				this.client.onNext(HealthProtocol.response(now));
			}
			catch (RuntimeException ex) {
				// a call that is over must not keep the news from the others
				logger.debug("A Watch is over", ex);
				return false;
			}
		}
		return true;
	}

	private ServingStatus now() {
		ServingStatus status = this.board.status(this.name);
		if (status == null && this.elsewhere != null) {
			status = this.board.gated(this.elsewhere);
		}
		return (status != null) ? status : ServingStatus.SERVICE_UNKNOWN;
	}

	private void end() {
		this.board.remove(this);
		Runnable task;
		synchronized (this) {
			this.over = true;
			task = this.afterwards;
			this.afterwards = null;
		}
		if (task != null) {
			task.run();
		}
	}

}
