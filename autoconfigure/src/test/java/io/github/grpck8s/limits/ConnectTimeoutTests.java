package io.github.grpck8s.limits;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.ChannelTransport;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.transport.netty.NettyChannelTransport;
import io.github.grpck8s.transport.shaded.ShadedNettyChannelTransport;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * A server that never answers a SYN costs the connect timeout, on either flavour of
 * Netty.
 */
class ConnectTimeoutTests {

	private final List<Socket> waiting = new ArrayList<>();

	private ServerSocket silent;

	/**
	 * A listener whose queue is full: the kernel drops further SYNs.
	 */
	@BeforeEach
	void fillTheQueue() throws IOException {
		this.silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
		boolean full = false;
		while (!full && this.waiting.size() < 20) {
			Socket socket = new Socket();
			this.waiting.add(socket);
			try {
				socket.connect(this.silent.getLocalSocketAddress(), 200);
			}
			catch (SocketTimeoutException ex) {
				full = true;
			}
		}
		assumeThat(full).as("this kernel drops SYNs when the queue is full").isTrue();
	}

	@AfterEach
	void close() throws IOException {
		for (Socket socket : this.waiting) {
			socket.close();
		}
		this.silent.close();
	}

	@Test
	void anAttemptEndsInTimeOnShadedNetty() {
		assertEndsInTime(
				io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder
					.forAddress(new InetSocketAddress("127.0.0.1", this.silent.getLocalPort())),
				new ShadedNettyChannelTransport());
	}

	@Test
	void anAttemptEndsInTimeOnNetty() {
		assertEndsInTime(NettyChannelBuilder.forAddress(new InetSocketAddress("127.0.0.1", this.silent.getLocalPort())),
				new NettyChannelTransport());
	}

	private static void assertEndsInTime(ManagedChannelBuilder<?> builder, ChannelTransport transport) {
		ChannelBounds bounds = new ChannelBounds(null, null, null, Duration.ofMillis(300));
		new ChannelLimits(bounds, Map.of(), List.of(transport), StackSettings.NONE)
			.applyTo(new ChannelSpec("silent", "static://127.0.0.1"), builder);
		ManagedChannel channel = builder.usePlaintext().build();
		try {
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> ClientCalls.blockingUnaryCall(channel, TestCalls.ECHO,
						CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS), new byte[0]))
				.satisfies((ex) -> {
					assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
					assertThat(ex).rootCause().hasMessageContaining("timed out");
				});
		}
		finally {
			channel.shutdownNow();
		}
	}

}
