package io.github.grpck8s.benchmarks.programs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.grpck8s.benchmarks.worker.Child;
import io.github.grpck8s.benchmarks.worker.Command;
import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;

/**
 * Starts an application and calls it from outside until it answers.
 *
 * @param hurried whether the application is hurried because nothing is measured
 * @param application the application, with a port of its own each time
 */
record FirstAnswer(boolean hurried, Application application) implements Callable<FirstAnswer.Took> {

	private static final String PORT = "--grpc.server.port=";

	private static final Duration LIMIT = Duration.ofSeconds(90);

	/**
	 * How often it is looked whether the port is open: short beside what is measured, and
	 * hardly any work.
	 */
	private static final Duration LOOK = Duration.ofMillis(2);

	/**
	 * How an application is started.
	 */
	@FunctionalInterface
	interface Application {

		Command command() throws IOException;

	}

	/**
	 * What it took.
	 *
	 * @param time milliseconds from the start of the process to the first answer
	 * @param cpu milliseconds of CPU time of the process in this time
	 */
	record Took(double time, double cpu) {
	}

	@Override
	public Took call() throws Exception {
		Command command = this.application.command().hurried(this.hurried);
		long start = System.nanoTime();
		Child child = command.start();
		try {
			await(command, child);
			double time = (System.nanoTime() - start) / 1e6;
			// not thread by thread: those that have ended count too
			double cpu = ProcessHandle.of(child.pid())
				.flatMap((process) -> process.info().totalCpuDuration())
				.orElseThrow()
				.toNanos() / 1e6;
			return new Took(time, cpu);
		}
		finally {
			child.close();
			// its end is not to take the processor from the next
			child.awaitEnd(LIMIT);
		}
	}

	/**
	 * Wait for the first answer.
	 */
	static void await(Command command, Child child) throws InterruptedException {
		int port = command.arguments()
			.stream()
			.filter((argument) -> argument.startsWith(PORT))
			.mapToInt((argument) -> Integer.parseInt(argument.substring(PORT.length())))
			.findFirst()
			.orElseThrow();
		long until = System.nanoTime() + LIMIT.toNanos();
		while (!listens(port)) {
			if (!child.isAlive() || System.nanoTime() - until > 0) {
				throw new IllegalStateException(command.name() + " does not listen\n" + child.log());
			}
			LockSupport.parkNanos(LOOK.toNanos());
		}
		ManagedChannel channel = Grpc.newChannelBuilder("dns:///127.0.0.1:" + port, InsecureChannelCredentials.create())
			.build();
		try {
			UserServiceGrpc.newBlockingStub(channel)
				.withDeadlineAfter(LIMIT.toSeconds(), TimeUnit.SECONDS)
				.getUser(GetUserRequest.getDefaultInstance());
		}
		finally {
			channel.shutdownNow();
		}
	}

	private static boolean listens(int port) {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			return socket.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

}
