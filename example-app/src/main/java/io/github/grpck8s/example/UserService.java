package io.github.grpck8s.example;

import java.util.ArrayList;
import java.util.List;

import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.ImportUsersResponse;
import io.github.grpck8s.example.proto.ListUsersRequest;
import io.github.grpck8s.example.proto.LookUpUsersResponse;
import io.github.grpck8s.example.proto.User;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;

import org.springframework.context.annotation.Profile;

/**
 * The gRPC side of the user service. What it throws becomes the status of the call in
 * {@link FailureInterceptor}.
 */
@GrpcService
@Profile("server")
class UserService extends UserServiceGrpc.UserServiceImplBase {

	/** What one import may hold: it waits in memory until it is complete. */
	static final int MAX_IMPORT = 10_000;

	private final Users users;

	UserService(Users users) {
		this.users = users;
	}

	@Override
	public void getUser(GetUserRequest request, StreamObserver<User> response) {
		Long id = UserRules.number(request.getUserId());
		if (id == null) {
			throw invalid("'user_id' must be a number but was '" + request.getUserId() + "'");
		}
		StoredUser user = this.users.find(id).orElseThrow(() -> notFound(id));
		response.onNext(user.toMessage());
		response.onCompleted();
	}

	@Override
	public void listUsers(ListUsersRequest request, StreamObserver<User> response) {
		if (request.getLimit() < 0) {
			throw invalid("'limit' must be 0 or more but was " + request.getLimit());
		}
		long limit = (request.getLimit() == 0) ? Long.MAX_VALUE : request.getLimit();
		UserStream stream = new UserStream(this.users, limit, (ServerCallStreamObserver<User>) response);
		stream.start();
	}

	@Override
	public StreamObserver<User> importUsers(StreamObserver<ImportUsersResponse> response) {
		List<User> imported = new ArrayList<>();
		// the transaction is as long as the writing, not as the client's sending
		return new ClientStream<>() {

			@Override
			public void onNext(User user) {
				String refused = UserRules.refuse(user);
				if (refused != null) {
					throw invalid("User " + (imported.size() + 1) + " '" + user.getName() + "': " + refused
							+ "; no user of this import was added");
				}
				if (imported.size() == MAX_IMPORT) {
					throw invalid("An import takes at most " + MAX_IMPORT + " users; no user of this import was added");
				}
				imported.add(user);
			}

			@Override
			public void onCompleted() {
				ImportUsersResponse.Builder answer = ImportUsersResponse.newBuilder();
				UserService.this.users.add(imported).forEach((id) -> answer.addUserIds(Long.toString(id)));
				response.onNext(answer.build());
				response.onCompleted();
			}

		};
	}

	@Override
	public StreamObserver<GetUserRequest> lookUpUsers(StreamObserver<LookUpUsersResponse> response) {
		ServerCallStreamObserver<LookUpUsersResponse> call = (ServerCallStreamObserver<LookUpUsersResponse>) response;
		// a client that does not read its answers gets no more questions answered
		AskWhenReady asking = new AskWhenReady(call);
		return new ClientStream<>() {

			@Override
			public void onNext(GetUserRequest request) {
				call.onNext(lookUp(request.getUserId()));
				asking.answered();
			}

			@Override
			public void onCompleted() {
				call.onCompleted();
			}

		};
	}

	private LookUpUsersResponse lookUp(String userId) {
		LookUpUsersResponse.Builder answer = LookUpUsersResponse.newBuilder().setUserId(userId);
		Long id = UserRules.number(userId);
		if (id == null) {
			return answer.setError("'user_id' must be a number").build();
		}
		return this.users.find(id)
			.map((user) -> answer.setUser(user.toMessage()))
			.orElseGet(() -> answer.setError("There is no such user"))
			.build();
	}

	private static StatusRuntimeException invalid(String description) {
		return Status.INVALID_ARGUMENT.withDescription(description).asRuntimeException();
	}

	private static StatusRuntimeException notFound(long id) {
		return Status.NOT_FOUND.withDescription("There is no user with id '" + id + "'").asRuntimeException();
	}

	/**
	 * What comes from a client that may go away in the middle, which leaves nothing to
	 * undo.
	 */
	private abstract static class ClientStream<T> implements StreamObserver<T> {

		@Override
		public void onError(Throwable cancelled) {
		}

	}

}
