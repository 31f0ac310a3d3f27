package io.github.grpck8s.benchmarks.worker;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.github.grpck8s.example.proto.UserServiceGrpc.UserServiceBlockingStub;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Calls without a pause and remembers which pod answered, from when until when. Times are
 * those of {@link System#nanoTime()}, which all processes of a machine share on Linux.
 */
public final class Follower {

	private static final int CALLERS = 4;

	/**
	 * Between two calls of one caller.
	 */
	private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(2);

	private final Map<String, Seen> pods = new TreeMap<>();

	private volatile boolean calling = true;

	private boolean started;

	private long total;

	private long failed;

	/**
	 * What a pod did.
	 *
	 * @param first when its first answer came
	 * @param last when the last call that it answered began
	 * @param calls how many it answered
	 */
	public record Seen(long first, long last, long calls) {
	}

	/**
	 * What was seen.
	 *
	 * @param total calls made
	 * @param failed calls that failed
	 * @param pods the pods that answered, by name
	 */
	public record Sight(long total, long failed, Map<String, Seen> pods) {

		/**
		 * Read what a worker answered.
		 */
		public static Sight parse(String text) {
			String[] words = text.split(" ");
			Map<String, Seen> pods = new TreeMap<>();
			for (int i = 2; i < words.length; i++) {
				String[] parts = words[i].split("=|,");
				pods.put(parts[0],
						new Seen(Long.parseLong(parts[1]), Long.parseLong(parts[2]), Long.parseLong(parts[3])));
			}
			return new Sight(Long.parseLong(words[0]), Long.parseLong(words[1]), pods);
		}

		/**
		 * What one pod did.
		 */
		public @Nullable Seen pod(String name) {
			return this.pods.get(name);
		}

	}

	/**
	 * Add to a worker: {@code follow} begins or goes on, {@code pause} pauses,
	 * {@code seen} tells.
	 */
	public void teach(Worker worker, Channel channel) {
		UserServiceBlockingStub users = UserServiceGrpc.newBlockingStub(channel);
		worker.on("follow", (words) -> {
			this.calling = true;
			if (!this.started) {
				this.started = true;
				for (int caller = 0; caller < CALLERS; caller++) {
					Thread thread = new Thread(() -> call(users), "follower");
					thread.setDaemon(true);
					thread.start();
				}
			}
			return "following";
		});
		worker.on("pause", (words) -> {
			this.calling = false;
			return "pausing";
		});
		worker.on("seen", (words) -> toString());
	}

	private void call(UserServiceBlockingStub users) {
		while (true) {
			if (this.calling) {
				long start = System.nanoTime();
				try {
					String pod = users.withDeadlineAfter(5, TimeUnit.SECONDS)
						.getUser(GetUserRequest.getDefaultInstance())
						.getName();
					answered(pod, start, System.nanoTime());
				}
				catch (StatusRuntimeException ex) {
					failed(ex.getStatus());
				}
			}
			LockSupport.parkNanos(PAUSE);
		}
	}

	/**
	 * Write an answer down.
	 */
	synchronized void answered(String pod, long start, long end) {
		this.total++;
		this.pods.merge(pod, new Seen(end, start, 1), (before, now) -> new Seen(Math.min(before.first(), now.first()),
				Math.max(before.last(), now.last()), before.calls() + 1));
	}

	private synchronized void failed(Status status) {
		this.total++;
		this.failed++;
		if (this.failed <= 20) {
			System.out.println(status);
		}
	}

	@Override
	public synchronized String toString() {
		StringBuilder text = new StringBuilder(this.total + " " + this.failed);
		this.pods.forEach((pod, seen) -> text.append(' ')
			.append(pod)
			.append('=')
			.append(seen.first())
			.append(',')
			.append(seen.last())
			.append(',')
			.append(seen.calls()));
		return text.toString();
	}

}
