package io.github.grpck8s.benchmarks.worker;

import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpck8s.benchmarks.measure.Latencies;
import io.github.grpck8s.benchmarks.measure.Meter;
import io.github.grpck8s.benchmarks.measure.Usage;
import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.ListUsersRequest;
import io.github.grpck8s.example.proto.User;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.github.grpck8s.example.proto.UserServiceGrpc.UserServiceBlockingStub;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;

/**
 * Makes calls over a channel and measures what this process used for them. The callers
 * are threads that are made once, as those of an application are.
 */
public final class Calls {

	private static final GetUserRequest REQUEST = GetUserRequest.newBuilder().setUserId(UsersService.text(100)).build();

	private final UserServiceBlockingStub users;

	private final Meter meter = new Meter();

	private final ExecutorService callers = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "caller");
		thread.setDaemon(true);
		return thread;
	});

	/**
	 * Over a channel.
	 */
	public Calls(Channel channel) {
		this.users = UserServiceGrpc.newBlockingStub(channel);
	}

	/**
	 * Add to a worker: {@code calls} makes calls and measures them, {@code begin} and
	 * {@code end} measure what others do.
	 */
	public void teach(Worker worker) {
		worker.on("calls", (words) -> run(Shape.valueOf(words[0]), Integer.parseInt(words[1])).toString());
		worker.on("begin", (words) -> {
			this.meter.begin();
			return "begun";
		});
		worker.on("end", (words) -> this.meter.end(new Latencies(0), 0).toString());
	}

	/**
	 * Make calls.
	 * @param shape what they are like
	 * @param calls how many, or how many messages of streams
	 * @throws InterruptedException if interrupted
	 */
	public Usage run(Shape shape, int calls) throws InterruptedException {
		Latencies latencies = new Latencies(calls);
		AtomicInteger left = new AtomicInteger(calls);
		AtomicInteger failed = new AtomicInteger();
		CountDownLatch done = new CountDownLatch(shape.callers());
		this.meter.begin();
		for (int caller = 0; caller < shape.callers(); caller++) {
			this.callers.execute(() -> {
				while (left.getAndAdd((shape == Shape.STREAMING) ? -Shape.MESSAGES : -1) > 0) {
					one(shape, latencies, failed);
				}
				done.countDown();
			});
		}
		done.await();
		return this.meter.end(latencies, failed.get());
	}

	private void one(Shape shape, Latencies latencies, AtomicInteger failed) {
		long start = System.nanoTime();
		try {
			if (shape == Shape.STREAMING) {
				Iterator<User> answers = this.users
					.listUsers(ListUsersRequest.newBuilder().setLimit(Shape.MESSAGES).build());
				while (answers.hasNext()) {
					answers.next();
					latencies.add(System.nanoTime() - start);
				}
			}
			else {
				this.users.getUser((shape == Shape.EMPTY) ? GetUserRequest.getDefaultInstance() : REQUEST);
				latencies.add(System.nanoTime() - start);
			}
		}
		catch (StatusRuntimeException ex) {
			if (failed.getAndIncrement() == 0) {
				ex.printStackTrace();
			}
		}
	}

}
