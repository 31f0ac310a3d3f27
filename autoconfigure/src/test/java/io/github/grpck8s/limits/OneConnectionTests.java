package io.github.grpck8s.limits;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

import io.github.grpck8s.RawHttp2Connection;
import io.github.grpck8s.RawHttp2Connection.Frame;
import io.github.grpck8s.limits.autoconfigure.LimitsAutoConfiguration;
import io.github.grpck8s.transport.autoconfigure.TransportAutoConfiguration;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Whatever one connection does, the others are served: a real server with our defaults, a
 * client that writes frames by hand, and another that wants an answer within a second.
 */
class OneConnectionTests {

	private static final byte[] SMALL = new byte[16];

	/** Prints a stack trace for each stream that a client breaks. */
	private static final Logger NOISE = Logger.getLogger("io.grpc.netty.shaded");

	private final TestCalls calls = new TestCalls();

	private Server server;

	private ManagedChannel other;

	private RawHttp2Connection bad;

	@BeforeEach
	void start() throws IOException {
		NOISE.setLevel(Level.OFF);
		NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
			.addService(this.calls.service());
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(TransportAutoConfiguration.class, LimitsAutoConfiguration.class))
			.run((context) -> context.getBean(ServerLimits.class).applyTo(builder));
		this.server = builder.build().start();
		this.other = NettyChannelBuilder.forAddress("127.0.0.1", this.server.getPort()).usePlaintext().build();
		this.bad = new RawHttp2Connection(this.server.getPort(), 65_535).reading();
	}

	@AfterEach
	void stop() throws Exception {
		this.bad.close();
		this.other.shutdownNow();
		this.server.shutdownNow();
		this.server.awaitTermination(10, TimeUnit.SECONDS);
		NOISE.setLevel(null);
	}

	@Test
	void announcesHowManyCallsItTakes() throws Exception {
		Frame settings = this.bad.await((frame) -> frame.is(RawHttp2Connection.SETTINGS) && frame.flags() == 0);
		ByteBuffer payload = ByteBuffer.wrap(settings.payload());
		boolean announced = false;
		while (payload.hasRemaining()) {
			announced |= payload.getShort() == 3 & payload.getInt() == 200;
		}
		assertThat(announced).as("SETTINGS_MAX_CONCURRENT_STREAMS = 200").isTrue();
	}

	@Test
	void callsBeyondTheLimitAreRefusedUntried() throws Exception {
		for (int call = 1; call <= 200; call++) {
			this.bad.call("/test.Calls/Hang", SMALL, true);
		}
		for (int call = 1; call <= 50; call++) {
			int refused = this.bad.open("/test.Calls/Hang", Map.of(), true);
			Frame reset = this.bad
				.await((frame) -> frame.is(RawHttp2Connection.RST_STREAM) && frame.stream() == refused);
			assertThat(reset.errorCode()).isEqualTo(RawHttp2Connection.REFUSED_STREAM);
		}
		othersAreServed();
		Awaitility.await().untilAsserted(() -> assertThat(this.calls.hung).hasValue(200));
	}

	@Test
	void aPoliteClientWaitsForItsTurn() throws Exception {
		for (int call = 1; call <= 250; call++) {
			ClientCalls.asyncUnaryCall(this.other.newCall(TestCalls.HANG, CallOptions.DEFAULT), SMALL, new Ignoring());
		}
		Awaitility.await().untilAsserted(() -> assertThat(this.calls.hung).hasValue(200));
		for (int call = 1; call <= 50; call++) {
			StreamObserver<byte[]> answers = this.calls.hanging.take();
			answers.onNext(SMALL);
			answers.onCompleted();
		}
		Awaitility.await().untilAsserted(() -> assertThat(this.calls.hung).hasValue(250));
	}

	@Test
	void rapidResetsEndTheConnection() throws Exception {
		for (int call = 1; call <= 1000; call++) {
			this.bad.reset(this.bad.call("/test.Calls/Hang", SMALL, true));
		}
		// a thousand are taken
		this.bad.call("/test.Calls/Echo", SMALL, true);
		this.bad.await((frame) -> frame.is(RawHttp2Connection.DATA));
		this.bad.reset(this.bad.call("/test.Calls/Hang", SMALL, true));
		Frame goaway = this.bad.await((frame) -> frame.is(RawHttp2Connection.GOAWAY));
		assertThat(goaway.errorCode()).isEqualTo(RawHttp2Connection.ENHANCE_YOUR_CALM);
		othersAreServed();
	}

	@Test
	void resetsThatTheServerIsMadeToSendEndTheConnection() throws Exception {
		byte[] nothing = new byte[4];
		for (int call = 1; call <= 1001; call++) {
			// a window update of zero is an error of the stream: the server resets it
			this.bad.write(RawHttp2Connection.WINDOW_UPDATE, 0, this.bad.call("/test.Calls/Hang", SMALL, true),
					nothing);
		}
		Frame goaway = this.bad.await((frame) -> frame.is(RawHttp2Connection.GOAWAY));
		assertThat(goaway.errorCode()).isEqualTo(RawHttp2Connection.ENHANCE_YOUR_CALM);
		othersAreServed();
	}

	@Test
	void tooMuchMetadataIsRefused() throws Exception {
		int stream = this.bad.open("/test.Calls/Echo", Map.of("x-long", "x".repeat(8192)), true);
		Frame answer = this.bad.await((frame) -> frame.stream() == stream);
		assertThat(answer.is(RawHttp2Connection.HEADERS)).isTrue();
		assertThat(answer.text()).as("HTTP status").contains("431");
		this.bad.call("/test.Calls/Echo", SMALL, true);
		this.bad.await((frame) -> frame.is(RawHttp2Connection.DATA));
		othersAreServed();
	}

	@Test
	void aPoliteClientDoesNotEvenSendTooMuchMetadata() {
		Metadata metadata = new Metadata();
		metadata.put(Metadata.Key.of("x-long", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(8192));
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> ClientCalls.blockingUnaryCall(
					ClientInterceptors.intercept(this.other, MetadataUtils.newAttachHeadersInterceptor(metadata)),
					TestCalls.ECHO, CallOptions.DEFAULT, SMALL))
			.havingRootCause()
			.withMessageContaining("Header size exceeded max allowed size (8192)");
		othersAreServed();
	}

	@Test
	void farTooMuchMetadataEndsTheConnection() throws Exception {
		this.bad.open("/test.Calls/Echo", Map.of("x-long", "x".repeat(15_000)), true);
		assertThat(this.bad.await((frame) -> frame.is(RawHttp2Connection.GOAWAY)).debugData())
			.startsWith("Header size exceeded");
		othersAreServed();
	}

	@Test
	void manySmallContinuationsEndTheConnection() throws Exception {
		this.bad.write(RawHttp2Connection.HEADERS, 0, 1, RawHttp2Connection.headers("/test.Calls/Echo", Map.of()));
		for (int part = 1; part <= 17; part++) {
			this.bad.write(RawHttp2Connection.CONTINUATION, 0, 1, new byte[0]);
		}
		Frame goaway = this.bad.await((frame) -> frame.is(RawHttp2Connection.GOAWAY));
		assertThat(goaway.errorCode()).isEqualTo(RawHttp2Connection.ENHANCE_YOUR_CALM);
		assertThat(goaway.debugData()).contains("continuation");
		othersAreServed();
	}

	@Test
	void largeContinuationsEndTheConnection() throws Exception {
		this.bad.write(RawHttp2Connection.HEADERS, 0, 1, RawHttp2Connection.headers("/test.Calls/Echo", Map.of()));
		for (int part = 1; part <= 2; part++) {
			this.bad.write(RawHttp2Connection.CONTINUATION, 0, 1, new byte[8192]);
		}
		assertThat(this.bad.await((frame) -> frame.is(RawHttp2Connection.GOAWAY)).debugData())
			.startsWith("Header size exceeded");
		othersAreServed();
	}

	@Test
	void tooLargeAMessageIsRefusedBeforeItIsRead() throws Exception {
		int stream = this.bad.open("/test.Calls/Echo", Map.of(), false);
		byte[] prefix = ByteBuffer.allocate(5).put((byte) 0).putInt(4194305).array();
		this.bad.write(RawHttp2Connection.DATA, 0, stream, prefix);
		Frame answer = this.bad.await((frame) -> frame.stream() == stream);
		assertThat(answer.is(RawHttp2Connection.HEADERS)).isTrue();
		assertThat(answer.flags() & RawHttp2Connection.END_STREAM).as("it is the end").isNotZero();
		othersAreServed();
	}

	private void othersAreServed() {
		byte[] answer = ClientCalls.blockingUnaryCall(this.other, TestCalls.ECHO,
				CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS), SMALL);
		assertThat(answer).isEqualTo(SMALL);
	}

	/**
	 * Does not care for the answer.
	 */
	private static final class Ignoring implements StreamObserver<byte[]> {

		@Override
		public void onNext(byte[] value) {
		}

		@Override
		public void onError(Throwable ex) {
		}

		@Override
		public void onCompleted() {
		}

	}

}
