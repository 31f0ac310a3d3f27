package io.github.grpck8s.benchmarks.worker;

import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.ListUsersRequest;
import io.github.grpck8s.example.proto.User;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.grpc.stub.StreamObserver;

/**
 * Answers at once: what is measured is what lies around it.
 */
public class UsersService extends UserServiceGrpc.UserServiceImplBase {

	private static final User USER = User.newBuilder().setName(text(100)).build();

	/**
	 * Create the service.
	 */
	public UsersService() {
	}

	static String text(int length) {
		return "x".repeat(length);
	}

	@Override
	public void getUser(GetUserRequest request, StreamObserver<User> answers) {
		answers.onNext(request.getUserId().isEmpty() ? User.getDefaultInstance() : USER);
		answers.onCompleted();
	}

	@Override
	public void listUsers(ListUsersRequest request, StreamObserver<User> answers) {
		for (int i = 0; i < request.getLimit(); i++) {
			answers.onNext(USER);
		}
		answers.onCompleted();
	}

}
