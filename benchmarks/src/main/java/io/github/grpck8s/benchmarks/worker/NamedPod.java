package io.github.grpck8s.benchmarks.worker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.User;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.github.grpck8s.test.FakePod;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;

/**
 * A bare server on a loopback address of its own, which answers with its name and counts.
 */
public final class NamedPod extends UserServiceGrpc.UserServiceImplBase implements AutoCloseable {

	private final String name;

	private final String address;

	private final User answer;

	private final Server server;

	private final LongAdder calls = new LongAdder();

	/**
	 * Start.
	 * @param name its name
	 * @param address its IP address
	 * @param port its port
	 * @throws IOException if it cannot listen there
	 */
	public NamedPod(String name, String address, int port) throws IOException {
		this.name = name;
		this.address = address;
		this.answer = User.newBuilder().setName(name).build();
		this.server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getByName(address), port))
			.addService(this)
			.build()
			.start();
	}

	@Override
	public void getUser(GetUserRequest request, StreamObserver<User> answers) {
		this.calls.increment();
		answers.onNext(this.answer);
		answers.onCompleted();
	}

	/**
	 * Its name.
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Its IP address.
	 */
	public String address() {
		return this.address;
	}

	/**
	 * How many calls it answered since this was last asked.
	 */
	public long calls() {
		return this.calls.sumThenReset();
	}

	/**
	 * What stands in the slice.
	 */
	public FakePod endpoint() {
		return FakePod.of(this.name, this.address).port("grpc", this.server.getPort());
	}

	/**
	 * Stop as a server in order does: GOAWAY, and what runs may end.
	 */
	public void stop() {
		this.server.shutdown();
	}

	@Override
	public void close() {
		this.server.shutdownNow();
		try {
			this.server.awaitTermination(5, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
