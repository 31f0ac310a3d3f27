package io.github.grpck8s.example;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.ImportUsersResponse;
import io.github.grpck8s.example.proto.ListUsersRequest;
import io.github.grpck8s.example.proto.LookUpUsersResponse;
import io.github.grpck8s.example.proto.User;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The four kinds of calls against a real server.
 */
class UserServiceTests {

	private static RunningExample server;

	private static ManagedChannel channel;

	private UserServiceGrpc.UserServiceBlockingStub blocking;

	private UserServiceGrpc.UserServiceStub async;

	@BeforeAll
	static void start() {
		server = RunningExample.server("example.pod-name=users-1");
		channel = ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
	}

	@BeforeEach
	void makeStubs() {
		this.blocking = UserServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
		this.async = UserServiceGrpc.newStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
	}

	@AfterAll
	static void stop() {
		channel.shutdownNow();
		server.close();
	}

	@Test
	void getUserAnswersWithTheUser() {
		User user = this.blocking.getUser(request("1"));
		assertThat(user.getName()).isEqualTo("Ada Lovelace");
		assertThat(user.getAge()).isEqualTo(18);
		assertThat(user.getEmail()).isEqualTo("ada.lovelace@example.org");
		assertThat(this.blocking.getUser(request("100")).getName()).isEqualTo("John Backus");
	}

	@Test
	void getUserThatIsNotThereIsNotFound() {
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> this.blocking.getUser(request("4711000")))
			.satisfies((failure) -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND))
			.withMessageContaining("There is no user with id '4711000'")
			.satisfies((failure) -> assertThat(failure.getTrailers().get(ServedByInterceptor.SERVED_BY))
				.isEqualTo("users-1"));
	}

	@Test
	void getUserWithoutANumberIsInvalid() {
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> this.blocking.getUser(request("ada")))
			.satisfies((failure) -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT))
			.withMessageContaining("'user_id' must be a number but was 'ada'");
	}

	@Test
	void responseHeaderSaysWhichPodAnswered() {
		AtomicReference<Metadata> headers = new AtomicReference<>();
		AtomicReference<Metadata> trailers = new AtomicReference<>();
		this.blocking.withInterceptors(MetadataUtils.newCaptureMetadataInterceptor(headers, trailers))
			.getUser(request("1"));
		assertThat(headers.get()).isNotNull()
			.satisfies((header) -> assertThat(header.get(ServedByInterceptor.SERVED_BY)).isEqualTo("users-1"));
		assertThat(trailers.get()).isNotNull()
			.satisfies((trailer) -> assertThat(trailer.containsKey(ServedByInterceptor.SERVED_BY)).isFalse());
	}

	@Test
	void listUsersStreamsInTheOrderOfIds() {
		List<User> users = new ArrayList<>();
		this.blocking.listUsers(ListUsersRequest.newBuilder().setLimit(77).build()).forEachRemaining(users::add);
		assertThat(users).hasSize(77);
		assertThat(users.get(0).getName()).isEqualTo("Ada Lovelace");
		assertThat(users.get(76).getName()).isEqualTo("Hedy Hopper");
		assertThat(this.blocking.listUsers(ListUsersRequest.getDefaultInstance())).toIterable()
			.hasSizeGreaterThanOrEqualTo(100);
	}

	@Test
	void listUsersGivesACallerAsMuchAsItReads() throws Exception {
		BlockingQueue<User> got = new LinkedBlockingQueue<>();
		CompletableFuture<Status> end = new CompletableFuture<>();
		ClientCall<ListUsersRequest, User> call = channel.newCall(UserServiceGrpc.getListUsersMethod(),
				CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS));
		call.start(new ClientCall.Listener<>() {

			@Override
			public void onMessage(User message) {
				got.add(message);
			}

			@Override
			public void onClose(Status status, Metadata trailers) {
				end.complete(status);
			}

		}, new Metadata());
		call.sendMessage(ListUsersRequest.newBuilder().setLimit(60).build());
		call.halfClose();
		call.request(1);
		assertThat(got.poll(10, TimeUnit.SECONDS)).isNotNull();
		call.request(100);
		assertThat(end.get(10, TimeUnit.SECONDS).isOk()).isTrue();
		assertThat(got).hasSize(59);
	}

	@Test
	void importUsersAddsAllAndAnswersWithTheirIds() throws Exception {
		ImportUsersResponse answer = importUsers(user("Lynn Conway", 86, "lynn@example.org"),
				user("Radia Perlman", 74, "radia@example.org"));
		assertThat(answer.getUserIdsList()).hasSize(2);
		assertThat(this.blocking.getUser(request(answer.getUserIds(0))).getName()).isEqualTo("Lynn Conway");
		assertThat(this.blocking.getUser(request(answer.getUserIds(1))).getName()).isEqualTo("Radia Perlman");
	}

	@Test
	void importWithARefusedUserAddsNoneAndNamesIt() {
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> importUsers(user("Joan Clarke", 79, "joan@example.org"),
					user("Old Timer", 400, "old@example.org")))
			.satisfies((failure) -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT))
			.withMessageContaining("User 2 'Old Timer': 'age' must be between 0 and 150 but was 400");
		assertThat(names()).doesNotContain("Joan Clarke", "Old Timer");
	}

	@Test
	void importRefusedByTheDatabaseIsRolledBack() {
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> importUsers(user("Mary Shaw", 81, "mary@example.org"),
					user("Second Ada", 30, "ada.lovelace@example.org")))
			.satisfies((failure) -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT))
			.withMessageContaining("User 2 'Second Ada': there is already a user with email");
		assertThat(names()).doesNotContain("Mary Shaw", "Second Ada");
	}

	@Test
	void lookUpUsersAnswersInOrderWhileTheClientGoesOnAsking() throws Exception {
		BlockingQueue<LookUpUsersResponse> answers = new LinkedBlockingQueue<>();
		CompletableFuture<Void> end = new CompletableFuture<>();
		StreamObserver<GetUserRequest> requests = this.async.lookUpUsers(collect(answers, end));
		requests.onNext(request("2"));
		assertThat(answers.poll(10, TimeUnit.SECONDS).getUser().getName()).isEqualTo("Ada Liskov");
		requests.onNext(request("4711000"));
		requests.onNext(request("ada"));
		requests.onNext(request("3"));
		requests.onCompleted();
		end.get(10, TimeUnit.SECONDS);
		assertThat(answers).extracting(LookUpUsersResponse::getUserId).containsExactly("4711000", "ada", "3");
		assertThat(answers).extracting(LookUpUsersResponse::getError)
			.containsExactly("There is no such user", "'user_id' must be a number", "");
	}

	private List<String> names() {
		List<String> names = new ArrayList<>();
		this.blocking.listUsers(ListUsersRequest.getDefaultInstance())
			.forEachRemaining((user) -> names.add(user.getName()));
		return names;
	}

	private ImportUsersResponse importUsers(User... users) throws Exception {
		BlockingQueue<ImportUsersResponse> answers = new LinkedBlockingQueue<>();
		CompletableFuture<Void> end = new CompletableFuture<>();
		StreamObserver<User> requests = this.async.importUsers(collect(answers, end));
		for (User user : users) {
			requests.onNext(user);
		}
		requests.onCompleted();
		try {
			end.get(10, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw (Exception) ex.getCause();
		}
		return answers.remove();
	}

	private static <T> StreamObserver<T> collect(BlockingQueue<T> answers, CompletableFuture<Void> end) {
		return new StreamObserver<>() {

			@Override
			public void onNext(T value) {
				answers.add(value);
			}

			@Override
			public void onError(Throwable failure) {
				end.completeExceptionally(failure);
			}

			@Override
			public void onCompleted() {
				end.complete(null);
			}

		};
	}

	private static GetUserRequest request(String id) {
		return GetUserRequest.newBuilder().setUserId(id).build();
	}

	private static User user(String name, int age, String email) {
		return User.newBuilder().setName(name).setAge(age).setEmail(email).build();
	}

}
