package io.github.grpck8s.balancing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/**
 * A real server on a free port of 127.0.0.1 that counts calls and connections.
 */
class EchoServer implements AutoCloseable {

	static final MethodDescriptor<String, String> SAY = method("Say", MethodDescriptor.MethodType.UNARY);

	static final MethodDescriptor<String, String> TALK = method("Talk", MethodDescriptor.MethodType.BIDI_STREAMING);

	final AtomicInteger calls = new AtomicInteger();

	final AtomicInteger talks = new AtomicInteger();

	final AtomicInteger connections = new AtomicInteger();

	final HealthStatusManager health = new HealthStatusManager();

	private final Server server;

	EchoServer() {
		this((builder) -> builder);
	}

	EchoServer(UnaryOperator<NettyServerBuilder> settings) {
		try {
			this.server = settings.apply(NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0)))
				.directExecutor()
				.addTransportFilter(new ServerTransportFilter() {
					@Override
					public Attributes transportReady(Attributes attributes) {
						EchoServer.this.connections.incrementAndGet();
						return attributes;
					}
				})
				.addService(this.health.getHealthService())
				.addService(ServerServiceDefinition.builder("test.Echo")
					.addMethod(SAY, ServerCalls.asyncUnaryCall(this::say))
					.addMethod(TALK, ServerCalls.asyncBidiStreamingCall(this::talk))
					.build())
				.build()
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	EquivalentAddressGroup address() {
		return new EquivalentAddressGroup(new InetSocketAddress("127.0.0.1", this.server.getPort()));
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

	private void say(String text, StreamObserver<String> answers) {
		this.calls.incrementAndGet();
		answers.onNext(text);
		answers.onCompleted();
	}

	private StreamObserver<String> talk(StreamObserver<String> answers) {
		this.talks.incrementAndGet();
		return new StreamObserver<>() {

			@Override
			public void onNext(String text) {
				answers.onNext(text);
			}

			@Override
			public void onError(Throwable failure) {
			}

			@Override
			public void onCompleted() {
				answers.onCompleted();
			}

		};
	}

	private static MethodDescriptor<String, String> method(String name, MethodDescriptor.MethodType type) {
		return MethodDescriptor.newBuilder(new TextMarshaller(), new TextMarshaller())
			.setFullMethodName("test.Echo/" + name)
			.setType(type)
			.build();
	}

	private static final class TextMarshaller implements MethodDescriptor.Marshaller<String> {

		@Override
		public InputStream stream(String value) {
			return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
		}

		@Override
		public String parse(InputStream stream) {
			try {
				return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
