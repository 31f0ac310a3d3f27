package io.github.grpck8s.it.lifecycle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.google.common.util.concurrent.ListenableFuture;
import io.github.grpck8s.RawHttp2Connection;
import io.github.grpck8s.RawHttp2Connection.Frame;
import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.ImportUsersResponse;
import io.github.grpck8s.example.proto.ListUsersRequest;
import io.github.grpck8s.example.proto.User;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * One connection cannot hurt the server (R91): the example on net.devh's server with a
 * heap of 256 MiB, a client that writes frames by hand, and another that wants an answer
 * within a second all the while.
 */
class HostileConnectionTests {

	private static final String GET_USER = "/users.v1.UserService/GetUser";

	private static final String LIST_USERS = "/users.v1.UserService/ListUsers";

	/** So many that the answer of a single ListUsers fills every buffer on its way. */
	private static final int USERS = 1_000;

	@SuppressWarnings("NullAway.Init")
	private static ServerProcess server;

	@SuppressWarnings("NullAway.Init")
	private static ManagedChannel channel;

	@SuppressWarnings("NullAway.Init")
	private Other other;

	private final List<RawHttp2Connection> bad = new ArrayList<>();

	@BeforeAll
	static void startServer() throws Exception {
		server = ServerProcess.start("spring.main.web-application-type=none", "logging.level.io.grpc=error")
			.awaitServing();
		channel = server.channel();
		importUsers();
	}

	@AfterAll
	static void stopServer() {
		channel.shutdownNow();
		server.close();
	}

	@BeforeEach
	void begin() {
		this.other = new Other();
		this.other.start();
	}

	@AfterEach
	void end() throws Exception {
		for (RawHttp2Connection connection : this.bad) {
			connection.close();
		}
	}

	@Test
	void r91CallsThatNobodyReadsAreBounded() throws Exception {
		RawHttp2Connection one = connect(0);
		int sent = 0;
		try {
			while (sent < 10_000) {
				one.call(GET_USER, GetUserRequest.newBuilder().setUserId("1").build().toByteArray(), true);
				sent++;
			}
		}
		catch (IOException ex) {
			// ended in the middle
		}
		report(sent + " of 10,000 calls opened on one connection, none read");
	}

	/**
	 * As many streams as one connection may have, each with more to say than fits into
	 * the buffers. While they fill, 200 handlers share the ten connections of the
	 * database with the other client: that is for the database to be quick about, and
	 * only shown.
	 */
	@Test
	void r91StreamsThatNobodyReadsAreBounded() throws Exception {
		RawHttp2Connection one = connect(0);
		for (int call = 1; call <= 200; call++) {
			one.call(LIST_USERS, ListUsersRequest.getDefaultInstance().toByteArray(), true);
		}
		Duration filling = this.other.end(200);
		assertThat(this.other.failure).as("another client's call while the buffers fill").isNull();
		SigtermTests.say("200 streams on one connection, none read, buffers filling: slowest call of another %d ms",
				filling.toMillis());
		begin();
		report("200 streams on one connection, none read, buffers full");
	}

	@Test
	void r91RapidResetsEndTheConnection() throws Exception {
		RawHttp2Connection one = connect(65_535);
		one.reading();
		int resets = 0;
		try {
			while (resets < 5_000) {
				one.reset(one.call(GET_USER, GetUserRequest.newBuilder().setUserId("1").build().toByteArray(), true));
				resets++;
			}
		}
		catch (IOException ex) {
			// ended in the middle
		}
		Frame goAway = one.await((frame) -> frame.is(RawHttp2Connection.GOAWAY));
		assertThat(goAway.errorCode()).isEqualTo(RawHttp2Connection.ENHANCE_YOUR_CALM);
		report(resets + " calls, each reset at once");
	}

	@Test
	void r91ContinuationsWithoutEndEndTheConnection() throws Exception {
		RawHttp2Connection one = connect(65_535);
		one.reading();
		int sent = 0;
		try {
			one.write(RawHttp2Connection.HEADERS, 0, 1, RawHttp2Connection.headers(GET_USER, Map.of()));
			while (sent < 100_000) {
				one.write(RawHttp2Connection.CONTINUATION, 0, 1, new byte[0]);
				sent++;
			}
		}
		catch (IOException ex) {
			// ended in the middle
		}
		Frame goAway = one.await((frame) -> frame.is(RawHttp2Connection.GOAWAY));
		assertThat(goAway.errorCode()).isEqualTo(RawHttp2Connection.ENHANCE_YOUR_CALM);
		report(sent + " CONTINUATION frames");
	}

	@Test
	void r91OversizedMetadataIsRefusedOrEndsTheConnection() throws Exception {
		RawHttp2Connection one = connect(65_535);
		one.reading();
		int stream = one.open(GET_USER, Map.of("x-long", "x".repeat(8_192)), true);
		Frame answer = one.await((frame) -> frame.stream() == stream);
		assertThat(answer.text()).as("HTTP status").contains("431");
		RawHttp2Connection two = connect(65_535);
		two.reading();
		two.open(GET_USER, Map.of("x-long", "x".repeat(15_000)), true);
		Frame goAway = two.await((frame) -> frame.is(RawHttp2Connection.GOAWAY));
		assertThat(goAway.debugData()).startsWith("Header size exceeded");
		report("metadata of 8 and 15 KB");
	}

	@Test
	void r91MessagesWithoutEndAreBounded() throws Exception {
		RawHttp2Connection one = connect(65_535);
		byte[] part = ByteBuffer.allocate(16_000).put((byte) 0).putInt(4_000_000).array();
		int sent = 0;
		try {
			for (int call = 1; call <= 200; call++) {
				int stream = one.open("/users.v1.UserService/ImportUsers", Map.of(), false);
				one.write(RawHttp2Connection.DATA, 0, stream, part);
				one.write(RawHttp2Connection.DATA, 0, stream, new byte[16_000]);
				sent++;
			}
		}
		catch (IOException ex) {
			// ended in the middle
		}
		report(sent + " messages that stop before their end");
	}

	private RawHttp2Connection connect(int window) throws IOException {
		RawHttp2Connection connection = new RawHttp2Connection(server.grpcPort(), window);
		this.bad.add(connection);
		return connection;
	}

	private void report(String what) throws InterruptedException {
		Duration slowest = this.other.end(200);
		SigtermTests.say("%s: %d calls of another client meanwhile, slowest %d ms", what, this.other.calls,
				slowest.toMillis());
		assertThat(server.isAlive()).as(server.log()).isTrue();
		assertThat(this.other.failure).as("another client's call").isNull();
		assertThat(slowest).isLessThan(Duration.ofSeconds(1));
		assertThat(server.log()).doesNotContain("OutOfMemory");
	}

	private static void importUsers() {
		Answers imported = new Answers();
		StreamObserver<User> users = UserServiceGrpc.newStub(channel).importUsers(imported);
		for (int user = 1; user <= USERS; user++) {
			users.onNext(User.newBuilder().setName("User " + user).setAge(30).setEmail(user + "@example.org").build());
		}
		users.onCompleted();
		await().atMost(30, TimeUnit.SECONDS).until(() -> imported.over);
	}

	/**
	 * A client that behaves, from the start of an attack until well after its last frame.
	 */
	private static final class Other extends Thread {

		private volatile boolean over;

		private volatile int calls;

		private volatile long slowest;

		private volatile @Nullable Throwable failure;

		@Override
		public void run() {
			while (!this.over && this.failure == null) {
				long begin = System.nanoTime();
				ListenableFuture<User> answer = UserServiceGrpc.newFutureStub(channel)
					.withDeadlineAfter(5, TimeUnit.SECONDS)
					.getUser(GetUserRequest.newBuilder().setUserId("1").build());
				try {
					answer.get(6, TimeUnit.SECONDS);
				}
				catch (Exception ex) {
					this.failure = ex;
				}
				this.slowest = Math.max(this.slowest, System.nanoTime() - begin);
				this.calls++;
			}
		}

		Duration end(int more) throws InterruptedException {
			int wanted = this.calls + more;
			await().atMost(60, TimeUnit.SECONDS).until(() -> this.calls >= wanted || this.failure != null);
			this.over = true;
			join();
			return Duration.ofNanos(this.slowest);
		}

	}

	private static final class Answers implements StreamObserver<ImportUsersResponse> {

		private volatile boolean over;

		@Override
		public void onNext(ImportUsersResponse value) {
		}

		@Override
		public void onError(Throwable failure) {
		}

		@Override
		public void onCompleted() {
			this.over = true;
		}

	}

}
