package io.github.grpck8s.health;

import java.util.EnumMap;
import java.util.Map;

import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * The service {@code grpc.health.v1.Health}: reads the board and nothing else, so a probe
 * costs the same whatever the indicators do.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/health-checking.md">health
 * checking protocol</a>
 */
final class HealthProtocol extends HealthGrpc.HealthImplBase {

	private static final Map<ServingStatus, HealthCheckResponse> RESPONSES = responses();

	private final ServingBoard board;

	private final HealthGrpc.@Nullable AsyncService elsewhere;

	HealthProtocol(ServingBoard board, HealthGrpc.@Nullable AsyncService elsewhere) {
		this.board = board;
		this.elsewhere = elsewhere;
	}

	@Override
	public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> client) {
		ServingStatus status = this.board.status(request.getService());
		if (status != null) {
			client.onNext(response(status));
			client.onCompleted();
		}
		else if (this.elsewhere != null) {
			this.elsewhere.check(request, new CheckElsewhere(this.board, client));
		}
		else {
			client
				.onError(Status.NOT_FOUND
					.withDescription("No health is known of '" + request.getService()
							+ "': neither a service of this server nor a health group has that name")
					.asRuntimeException());
		}
	}

	@Override
	public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> client) {
		String name = request.getService();
		WatchCall watch = new WatchCall(name, this.board, (ServerCallStreamObserver<HealthCheckResponse>) client);
		if (this.elsewhere != null && this.board.status(name) == null) {
			WatchElsewhere other = new WatchElsewhere(watch);
			this.elsewhere.watch(request, other);
			watch.afterwards(other::cancel);
		}
		this.board.add(watch);
	}

	static HealthCheckResponse response(ServingStatus status) {
		HealthCheckResponse response = RESPONSES.get(status);
		return (response != null) ? response : HealthCheckResponse.newBuilder().setStatus(status).build();
	}

	private static Map<ServingStatus, HealthCheckResponse> responses() {
		Map<ServingStatus, HealthCheckResponse> responses = new EnumMap<>(ServingStatus.class);
		for (ServingStatus status : ServingStatus.values()) {
			if (status != ServingStatus.UNRECOGNIZED) {
				responses.put(status, HealthCheckResponse.newBuilder().setStatus(status).build());
			}
		}
		return responses;
	}

	/**
	 * Passes the answer of another health service on, gated.
	 *
	 * @param board knows whether anything may be serving
	 * @param client who asked
	 */
	private record CheckElsewhere(ServingBoard board,
			StreamObserver<HealthCheckResponse> client) implements StreamObserver<HealthCheckResponse> {

		@Override
		public void onNext(HealthCheckResponse answer) {
			this.client.onNext(response(this.board.gated(answer.getStatus())));
		}

		@Override
		public void onError(Throwable failure) {
			this.client.onError(failure);
		}

		@Override
		public void onCompleted() {
			this.client.onCompleted();
		}

	}

}
