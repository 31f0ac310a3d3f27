package io.github.grpck8s.example;

import io.grpc.stub.ServerCallStreamObserver;

/**
 * Takes the next message of a client only when the client has read its answers. All
 * methods run on the thread of the call.
 */
class AskWhenReady {

	private final ServerCallStreamObserver<?> call;

	private boolean answerOutstanding;

	/**
	 * Must be created before the method of the service returns.
	 * @param call the call whose requests are held back
	 */
	AskWhenReady(ServerCallStreamObserver<?> call) {
		this.call = call;
		call.disableAutoRequest();
		call.setOnReadyHandler(this::ask);
	}

	/**
	 * The last message has been answered.
	 */
	void answered() {
		this.answerOutstanding = false;
		ask();
	}

	private void ask() {
		if (!this.answerOutstanding && this.call.isReady()) {
			this.answerOutstanding = true;
			this.call.request(1);
		}
	}

}
