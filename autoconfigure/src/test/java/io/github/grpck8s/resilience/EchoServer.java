package io.github.grpck8s.resilience;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A real server on a port of its own with a method that may be repeated, one that may
 * not, and a stream. It counts how often each was executed.
 */
final class EchoServer implements AutoCloseable {

	static final MethodDescriptor<String, String> READ = method("Read", MethodType.UNARY).setIdempotent(true).build();

	static final MethodDescriptor<String, String> WRITE = method("Write", MethodType.UNARY).build();

	static final MethodDescriptor<String, String> WATCH = method("Watch", MethodType.SERVER_STREAMING).build();

	static final ServiceDescriptor SERVICE = ServiceDescriptor.newBuilder("test.Echo")
		.addMethod(READ)
		.addMethod(WRITE)
		.addMethod(WATCH)
		.build();

	private final Map<String, AtomicInteger> executions = Map.of("Read", new AtomicInteger(), "Write",
			new AtomicInteger(), "Watch", new AtomicInteger());

	private final Handler handler;

	private final Server server;

	/**
	 * Start a server.
	 * @param handler answers
	 */
	EchoServer(Handler handler) throws IOException {
		this.handler = handler;
		this.server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
			.addService(ServerServiceDefinition.builder(SERVICE)
				.addMethod(READ, ServerCalls.asyncUnaryCall((request, response) -> execute(READ, request, response)))
				.addMethod(WRITE, ServerCalls.asyncUnaryCall((request, response) -> execute(WRITE, request, response)))
				.addMethod(WATCH,
						ServerCalls.asyncServerStreamingCall((request, response) -> execute(WATCH, request, response)))
				.build())
			.build()
			.start();
	}

	private void execute(MethodDescriptor<?, ?> method, String request, StreamObserver<String> response) {
		this.handler.handle(counter(method).incrementAndGet(), request, response);
	}

	private AtomicInteger counter(MethodDescriptor<?, ?> method) {
		AtomicInteger counter = this.executions.get(method.getBareMethodName());
		if (counter == null) {
			throw new IllegalArgumentException(method.getFullMethodName());
		}
		return counter;
	}

	int executions(MethodDescriptor<?, ?> method) {
		return counter(method).get();
	}

	int port() {
		return this.server.getPort();
	}

	NettyChannelBuilder channel() {
		return NettyChannelBuilder.forAddress("127.0.0.1", port()).usePlaintext();
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

	private static MethodDescriptor.Builder<String, String> method(String name, MethodType type) {
		return MethodDescriptor.<String, String>newBuilder()
			.setType(type)
			.setFullMethodName("test.Echo/" + name)
			.setRequestMarshaller(new TextMarshaller())
			.setResponseMarshaller(new TextMarshaller());
	}

	/**
	 * Answers calls.
	 */
	@FunctionalInterface
	interface Handler {

		/**
		 * Answer a call.
		 * @param execution which execution of the method it is, from 1
		 */
		void handle(int execution, String request, StreamObserver<String> response);

	}

	private static final class TextMarshaller implements MethodDescriptor.Marshaller<String> {

		@Override
		public InputStream stream(String value) {
			return new ByteArrayInputStream(value.getBytes(UTF_8));
		}

		@Override
		public String parse(InputStream stream) {
			try {
				return new String(stream.readAllBytes(), UTF_8);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
