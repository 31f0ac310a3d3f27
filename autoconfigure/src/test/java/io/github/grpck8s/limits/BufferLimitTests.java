package io.github.grpck8s.limits;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

import io.github.grpck8s.RawHttp2Connection;
import io.github.grpck8s.RawHttp2Connection.Frame;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a connection may keep in the memory of a real server.
 */
class BufferLimitTests {

	private static final int BUDGET = 1 << 20;

	private static final byte[] SMALL = new byte[16];

	/** Logs a stack trace for each call that we end. */
	private static final Logger NOISE = Logger.getLogger("io.grpc.netty.shaded");

	private final TestCalls calls = new TestCalls();

	private Server server;

	private ManagedChannel other;

	@BeforeEach
	void start() throws IOException {
		NOISE.setLevel(Level.OFF);
		NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
			.addService(this.calls.service());
		new BufferLimit(BUDGET).applyTo(builder);
		this.server = builder.build().start();
		this.other = NettyChannelBuilder.forAddress("127.0.0.1", this.server.getPort()).usePlaintext().build();
	}

	@AfterEach
	void stop() throws Exception {
		this.other.shutdownNow();
		this.server.shutdownNow();
		this.server.awaitTermination(10, TimeUnit.SECONDS);
		NOISE.setLevel(null);
	}

	@Test
	void answersThatNobodyReadsAreBounded() throws Exception {
		try (RawHttp2Connection bad = new RawHttp2Connection(this.server.getPort(), 0).reading()) {
			for (int call = 1; call <= 50; call++) {
				bad.call("/test.Calls/Flood", SMALL, true);
			}
			Awaitility.await().untilAsserted(() -> assertThat(this.calls.stopped).hasValue(50));
			// the budget, and one answer of each thread that answers
			assertThat((long) this.calls.flooded.get() * TestCalls.CHUNK)
				.isLessThanOrEqualTo(BUDGET + 50L * TestCalls.CHUNK);
			othersAreServed();
		}
	}

	@Test
	void singleAnswersThatNobodyReadsAreBounded() throws Exception {
		try (RawHttp2Connection bad = new RawHttp2Connection(this.server.getPort(), 0).reading()) {
			int full = BUDGET / TestCalls.CHUNK;
			for (int call = 1; call <= full; call++) {
				bad.call("/test.Calls/Large", SMALL, true);
			}
			// calls are answered side by side: the one too many comes when these are
			// counted
			Awaitility.await().untilAsserted(() -> assertThat(this.calls.large).hasValue(full));
			bad.call("/test.Calls/Large", SMALL, true);
			Frame end = bad.await((frame) -> frame.is(RawHttp2Connection.HEADERS)
					&& (frame.flags() & RawHttp2Connection.END_STREAM) != 0);
			assertThat(end.text()).contains("answers that nobody reads");
			othersAreServed();
		}
	}

	@Test
	void aSmallCallDoesNotPayForItsNeighbours() throws Exception {
		try (RawHttp2Connection bad = new RawHttp2Connection(this.server.getPort(), 0).reading()) {
			bad.call("/test.Calls/Flood", SMALL, true);
			Awaitility.await().untilAsserted(() -> assertThat(this.calls.stopped).hasValue(1));
			int stream = bad.call("/test.Calls/Echo", SMALL, true);
			bad.write(RawHttp2Connection.WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(1_000).array());
			Frame answer = bad.await((frame) -> frame.stream() == stream && frame.is(RawHttp2Connection.DATA));
			assertThat(answer.payload()).hasSize(5 + SMALL.length);
		}
	}

	@Test
	void theCallSaysWhyItEndedOnceItIsRead() throws Exception {
		Iterator<byte[]> answers = ClientCalls
			.blockingServerStreamingCall(this.other.newCall(TestCalls.FLOOD, CallOptions.DEFAULT), SMALL);
		Awaitility.await().untilAsserted(() -> assertThat(this.calls.stopped).hasValue(1));
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> answers.forEachRemaining((answer) -> {
		})).satisfies((ex) -> {
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
			assertThat(ex.getStatus().getDescription()).contains("answers that nobody reads",
					"grpc.k8s.limits.max-buffered-size");
		});
		// what was read is free again
		othersAreServed();
	}

	@Test
	void aHandlerThatWaitsUntilItIsReadIsNeverStopped() {
		Iterator<byte[]> answers = ClientCalls
			.blockingServerStreamingCall(this.other.newCall(TestCalls.POLITE, CallOptions.DEFAULT), SMALL);
		assertThat(answers).toIterable().hasSize(1_000);
	}

	@Test
	void aSingleMessageMayBeLargerThanTheBudget() {
		byte[] large = new byte[3 * BUDGET];
		for (int call = 1; call <= 3; call++) {
			assertThat(ClientCalls.blockingUnaryCall(this.other, TestCalls.ECHO, CallOptions.DEFAULT, large))
				.hasSameSizeAs(large);
		}
	}

	@Test
	void messagesThatDoNotEndAreBounded() throws Exception {
		try (RawHttp2Connection bad = new RawHttp2Connection(this.server.getPort(), 65_535).reading()) {
			byte[] part = ByteBuffer.allocate(16_000).put((byte) 0).putInt(4_000_000).array();
			for (int call = 1; call <= 30; call++) {
				int stream = bad.open("/test.Calls/Echo", Map.of(), false);
				bad.write(RawHttp2Connection.DATA, 0, stream, part);
				bad.write(RawHttp2Connection.DATA, 0, stream, new byte[16_000]);
				bad.write(RawHttp2Connection.DATA, 0, stream, new byte[16_000]);
			}
			Frame end = bad.await((frame) -> frame.is(RawHttp2Connection.HEADERS));
			assertThat(end.text()).contains("messages that are not complete");
			othersAreServed();
		}
	}

	@Test
	void anAnswerThatComesAfterTheEndOfItsCallCostsNothing() throws Exception {
		int full = BUDGET / TestCalls.CHUNK;
		for (int call = 1; call <= full; call++) {
			Future<byte[]> cancelled = ClientCalls
				.futureUnaryCall(this.other.newCall(TestCalls.HANG, CallOptions.DEFAULT), SMALL);
			ServerCallStreamObserver<byte[]> answers = (ServerCallStreamObserver<byte[]>) this.calls.hanging.take();
			cancelled.cancel(true);
			Awaitility.await().until(answers::isCancelled);
			answers.onNext(new byte[TestCalls.CHUNK]);
			answers.onCompleted();
		}
		assertThat(ClientCalls.blockingUnaryCall(this.other, TestCalls.LARGE, CallOptions.DEFAULT, SMALL))
			.hasSize(TestCalls.CHUNK);
	}

	private void othersAreServed() {
		byte[] answer = ClientCalls.blockingUnaryCall(this.other, TestCalls.ECHO,
				CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS), SMALL);
		assertThat(answer).isEqualTo(SMALL);
	}

}
