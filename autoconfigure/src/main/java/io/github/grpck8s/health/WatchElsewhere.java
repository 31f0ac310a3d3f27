package io.github.grpck8s.health;

import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.stub.ServerCallStreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * Stands for the client towards another health service, so that a name can be watched in
 * two places over one stream.
 */
final class WatchElsewhere extends ServerCallStreamObserver<HealthCheckResponse> {

	private final WatchCall watch;

	private volatile boolean cancelled;

	private volatile @Nullable Runnable onCancel;

	WatchElsewhere(WatchCall watch) {
		this.watch = watch;
	}

	void cancel() {
		this.cancelled = true;
		Runnable handler = this.onCancel;
		if (handler != null) {
			handler.run();
		}
	}

	@Override
	public void onNext(HealthCheckResponse response) {
		this.watch.elsewhere(response.getStatus());
	}

	@Override
	public void onError(Throwable failure) {
		// the name stays unknown there
	}

	@Override
	public void onCompleted() {
		// what it said last stays
	}

	@Override
	public boolean isCancelled() {
		return this.cancelled;
	}

	@Override
	public void setOnCancelHandler(Runnable handler) {
		this.onCancel = handler;
	}

	@Override
	public void setCompression(String compression) {
	}

	@Override
	public boolean isReady() {
		return !this.cancelled;
	}

	@Override
	public void setOnReadyHandler(Runnable handler) {
	}

	@Override
	public void request(int count) {
	}

	@Override
	public void setMessageCompression(boolean enable) {
	}

	@Override
	public void disableAutoInboundFlowControl() {
	}

}
