package io.github.grpck8s.it.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import com.google.common.util.concurrent.SettableFuture;
import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.ImportUsersResponse;
import io.github.grpck8s.example.proto.ListUsersRequest;
import io.github.grpck8s.example.proto.LookUpUsersResponse;
import io.github.grpck8s.example.proto.User;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.github.grpck8s.it.lifecycle.Outcome.Kind;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

import static org.awaitility.Awaitility.await;

/**
 * Callers that call one after another and write down how each call went: half of them
 * unary, the others streaming in all three ways.
 */
final class Load implements AutoCloseable {

	private static final int DEADLINE_SECONDS = 10;

	/** Calls of all callers in a second, at most: the load is to be there, not heavy. */
	private static final long CALLS_PER_SECOND = 500;

	private final Channel channel;

	private final boolean untilFailure;

	private final long pauseNanos;

	private final @Nullable String id;

	private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();

	private final List<Thread> callers = new ArrayList<>();

	/** When the call began that a caller ended last, by caller. */
	private final AtomicLongArray lastEnded;

	private volatile boolean over;

	private Load(Channel channel, int callers, boolean untilFailure, @Nullable String id) {
		this.lastEnded = new AtomicLongArray(callers);
		this.id = id;
		this.channel = channel;
		this.pauseNanos = TimeUnit.SECONDS.toNanos(callers) / CALLS_PER_SECOND;
		this.untilFailure = untilFailure;
	}

	/**
	 * Begin to call for a user that there is, again and again.
	 * @param channel where to
	 * @param callers how many, a multiple of 8
	 * @param untilFailure whether a caller ends when a call of his has failed
	 */
	static Load on(Channel channel, int callers, boolean untilFailure) {
		return begin(new Load(channel, callers, untilFailure, "1"), callers);
	}

	/**
	 * Begin to call, every call for something else, so that executions can be counted.
	 * @param channel where to
	 * @param callers how many, a multiple of 8
	 */
	static Load counted(Channel channel, int callers) {
		return begin(new Load(channel, callers, false, null), callers);
	}

	private static Load begin(Load load, int callers) {
		for (int caller = 0; caller < callers; caller++) {
			Kind kind = switch (caller % 8) {
				case 1, 3 -> Kind.LIST_USERS;
				case 5 -> Kind.LOOK_UP_USERS;
				case 7 -> Kind.IMPORT_USERS;
				default -> Kind.GET_USER;
			};
			int number = caller;
			load.lastEnded.set(caller, System.nanoTime());
			Thread thread = new Thread(() -> load.call(kind, number), "caller-" + caller);
			thread.setDaemon(true);
			load.callers.add(thread);
		}
		load.callers.forEach(Thread::start);
		// connections and code are warm
		await().atMost(30, TimeUnit.SECONDS).until(() -> load.outcomes.size() > 5 * callers);
		return load;
	}

	private void call(Kind kind, int caller) {
		UserServiceGrpc.UserServiceBlockingStub users = UserServiceGrpc.newBlockingStub(this.channel);
		while (!this.over) {
			long startedAt = System.nanoTime();
			String key = switch (kind) {
				case IMPORT_USERS -> UUID.randomUUID() + "@example.org";
				case GET_USER -> (this.id != null) ? this.id : UUID.randomUUID().toString();
				default -> "";
			};
			Status status = Status.OK;
			try {
				switch (kind) {
					case GET_USER -> users.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
						.getUser(GetUserRequest.newBuilder().setUserId(key).build());
					case LIST_USERS -> readAll(users.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
						.listUsers(ListUsersRequest.newBuilder().setLimit(60).build()));
					case LOOK_UP_USERS -> lookUp();
					default -> importUser(key);
				}
			}
			catch (ExecutionException ex) {
				status = Status.fromThrowable(ex.getCause());
			}
			catch (RuntimeException ex) {
				status = Status.fromThrowable(ex);
			}
			catch (InterruptedException | TimeoutException ex) {
				status = Status.UNKNOWN.withCause(ex);
			}
			this.outcomes.add(new Outcome(kind, startedAt, System.nanoTime(), status, key));
			this.lastEnded.set(caller, startedAt);
			if (!status.isOk() && this.untilFailure) {
				return;
			}
			LockSupport.parkNanos(this.pauseNanos);
		}
	}

	private static void readAll(Iterator<User> users) {
		while (users.hasNext()) {
			users.next();
		}
	}

	private UserServiceGrpc.UserServiceStub stub() {
		return UserServiceGrpc.newStub(this.channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
	}

	private void lookUp() throws InterruptedException, ExecutionException, TimeoutException {
		Answers<LookUpUsersResponse> answers = new Answers<>();
		StreamObserver<GetUserRequest> questions = stub().lookUpUsers(answers);
		for (int id = 1; id <= 5; id++) {
			questions.onNext(GetUserRequest.newBuilder().setUserId(Integer.toString(id)).build());
		}
		questions.onCompleted();
		answers.await();
	}

	private void importUser(String email) throws InterruptedException, ExecutionException, TimeoutException {
		Answers<ImportUsersResponse> answers = new Answers<>();
		StreamObserver<User> users = stub().importUsers(answers);
		users.onNext(User.newBuilder().setName("Load").setAge(30).setEmail(email).build());
		users.onCompleted();
		answers.await();
	}

	/**
	 * Wait until each caller has ended a call that began after this.
	 */
	void awaitNewCalls() {
		long now = System.nanoTime();
		await().pollInterval(Duration.ofMillis(20))
			.atMost(2 * DEADLINE_SECONDS, TimeUnit.SECONDS)
			.until(() -> IntStream.range(0, this.callers.size())
				.allMatch((caller) -> this.lastEnded.get(caller) > now));
	}

	/**
	 * Let no more calls begin and wait for those that run.
	 */
	void end() throws InterruptedException {
		this.over = true;
		for (Thread caller : this.callers) {
			caller.join(TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS + 5));
		}
	}

	List<Outcome> outcomes() {
		return List.copyOf(this.outcomes);
	}

	@Override
	public void close() {
		this.over = true;
	}

	/**
	 * Waits for the end of a stream.
	 */
	private static final class Answers<T> implements StreamObserver<T> {

		private final SettableFuture<Boolean> end = SettableFuture.create();

		@Override
		public void onNext(T value) {
		}

		@Override
		public void onError(Throwable failure) {
			this.end.setException(failure);
		}

		@Override
		public void onCompleted() {
			this.end.set(true);
		}

		void await() throws InterruptedException, ExecutionException, TimeoutException {
			this.end.get(DEADLINE_SECONDS + 1, TimeUnit.SECONDS);
		}

	}

}
