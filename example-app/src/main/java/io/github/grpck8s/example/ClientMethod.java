package io.github.grpck8s.example;

import java.util.UUID;

import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.ListUsersRequest;
import io.github.grpck8s.example.proto.User;
import io.github.grpck8s.example.proto.UserServiceGrpc.UserServiceStub;
import io.grpc.stub.StreamObserver;

/**
 * What the client may call.
 */
enum ClientMethod {

	/** One user. */
	GET_USER {
		@Override
		void call(UserServiceStub users, long number, StreamObserver<Object> end) {
			users.getUser(user(number), answers(end));
		}
	},

	/** Ten users in a stream. */
	LIST_USERS {
		@Override
		void call(UserServiceStub users, long number, StreamObserver<Object> end) {
			users.listUsers(ListUsersRequest.newBuilder().setLimit(10).build(), answers(end));
		}
	},

	/** Three users, asked for in a stream and answered in another. */
	LOOK_UP_USERS {
		@Override
		void call(UserServiceStub users, long number, StreamObserver<Object> end) {
			StreamObserver<GetUserRequest> requests = users.lookUpUsers(answers(end));
			for (int i = 0; i < 3; i++) {
				requests.onNext(user(number + i));
			}
			requests.onCompleted();
		}
	},

	/** Two new users in a stream. */
	IMPORT_USERS {
		@Override
		void call(UserServiceStub users, long number, StreamObserver<Object> end) {
			StreamObserver<User> requests = users.importUsers(answers(end));
			for (int i = 0; i < 2; i++) {
				requests.onNext(User.newBuilder()
					.setName("Import " + number)
					.setAge(30)
					.setEmail(UUID.randomUUID() + "@example.org")
					.build());
			}
			requests.onCompleted();
		}
	};

	/**
	 * Start a call and return at once.
	 * @param users the stub
	 * @param number which call it is
	 * @param end hears of the answers and, once, of the end
	 */
	abstract void call(UserServiceStub users, long number, StreamObserver<Object> end);

	private static GetUserRequest user(long number) {
		return GetUserRequest.newBuilder().setUserId(Long.toString(1 + number % 100)).build();
	}

	@SuppressWarnings("unchecked")
	private static <T> StreamObserver<T> answers(StreamObserver<Object> end) {
		return (StreamObserver<T>) end;
	}

}
