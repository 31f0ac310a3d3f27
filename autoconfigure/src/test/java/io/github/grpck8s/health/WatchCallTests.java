package io.github.grpck8s.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.stub.ServerCallStreamObserver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What one Watch is sent.
 */
class WatchCallTests {

	private final ServingBoard board = new ServingBoard();

	private final Client client = new Client();

	@Test
	void firstMessageComesAtOnceAndThenOnlyChanges() {
		say(ServingStatus.SERVING);
		watch();
		say(ServingStatus.SERVING);
		say(ServingStatus.NOT_SERVING);
		assertThat(this.client.told).containsExactly(ServingStatus.SERVING, ServingStatus.NOT_SERVING);
	}

	@Test
	void aClientThatDoesNotReadIsOwedTheNewestOnly() {
		say(ServingStatus.SERVING);
		watch();
		this.client.ready = false;
		for (int i = 0; i < 1001; i++) {
			say((i % 2 == 0) ? ServingStatus.NOT_SERVING : ServingStatus.SERVING);
		}
		assertThat(this.client.told).containsExactly(ServingStatus.SERVING);
		this.client.ready = true;
		this.client.onReady();
		assertThat(this.client.told).containsExactly(ServingStatus.SERVING, ServingStatus.NOT_SERVING);
	}

	@Test
	void completionTellsTheNewestFirst() {
		say(ServingStatus.SERVING);
		watch();
		this.client.ready = false;
		say(ServingStatus.NOT_SERVING);
		this.board.complete();
		this.board.complete();
		say(ServingStatus.SERVING);
		assertThat(this.client.told).containsExactly(ServingStatus.SERVING, ServingStatus.NOT_SERVING);
		assertThat(this.client.completed).isOne();
		assertThat(this.board.watches()).isZero();
	}

	@Test
	void aCancelledWatchIsForgotten() {
		watch();
		assertThat(this.board.watches()).isOne();
		this.client.cancel();
		assertThat(this.board.watches()).isZero();
		say(ServingStatus.SERVING);
		assertThat(this.client.told).containsExactly(ServingStatus.SERVICE_UNKNOWN);
	}

	@Test
	void oneThatFailsKeepsTheNewsFromNobody() {
		say(ServingStatus.SERVING);
		Client broken = new Client();
		this.board.add(new WatchCall("a", this.board, broken));
		watch();
		broken.broken = true;
		say(ServingStatus.NOT_SERVING);
		assertThat(this.client.told).endsWith(ServingStatus.NOT_SERVING);
		assertThat(this.board.watches()).isOne();
	}

	private void watch() {
		this.board.add(new WatchCall("a", this.board, this.client));
	}

	private void say(ServingStatus status) {
		this.board.publish(Map.of("a", status), true);
	}

	/**
	 * A client that reads when the test says so.
	 */
	private static final class Client extends ServerCallStreamObserver<HealthCheckResponse> {

		private final List<ServingStatus> told = new ArrayList<>();

		private boolean ready = true;

		private boolean broken;

		private int completed;

		private @Nullable Runnable onReady;

		private @Nullable Runnable onCancel;

		void onReady() {
			assertThat(this.onReady).isNotNull();
			this.onReady.run();
		}

		void cancel() {
			assertThat(this.onCancel).isNotNull();
			this.onCancel.run();
		}

		@Override
		public void onNext(HealthCheckResponse response) {
			if (this.broken) {
				throw new IllegalStateException("call is closed");
			}
			this.told.add(response.getStatus());
		}

		@Override
		public void onError(Throwable failure) {
			throw new AssertionError(failure);
		}

		@Override
		public void onCompleted() {
			this.completed++;
		}

		@Override
		public boolean isReady() {
			return this.ready;
		}

		@Override
		public boolean isCancelled() {
			return false;
		}

		@Override
		public void setOnCancelHandler(Runnable handler) {
			this.onCancel = handler;
		}

		@Override
		public void setOnReadyHandler(Runnable handler) {
			this.onReady = handler;
		}

		@Override
		public void setCompression(String compression) {
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

}
