package io.github.grpck8s.limits;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/**
 * A service whose methods behave well or badly.
 */
final class TestCalls {

	static final MethodDescriptor<byte[], byte[]> ECHO = method("Echo", MethodType.UNARY);

	/** Does not answer until it is told to. */
	static final MethodDescriptor<byte[], byte[]> HANG = method("Hang", MethodType.UNARY);

	final AtomicInteger hung = new AtomicInteger();

	final BlockingQueue<StreamObserver<byte[]>> hanging = new LinkedBlockingQueue<>();

	ServerServiceDefinition service() {
		return ServerServiceDefinition.builder("test.Calls")
			.addMethod(ECHO, ServerCalls.asyncUnaryCall((message, answers) -> {
				answers.onNext(message);
				answers.onCompleted();
			}))
			.addMethod(HANG, ServerCalls.asyncUnaryCall((message, answers) -> {
				this.hanging.add(answers);
				this.hung.incrementAndGet();
			}))
			.build();
	}

	private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
		return MethodDescriptor.<byte[], byte[]>newBuilder()
			.setType(type)
			.setFullMethodName("test.Calls/" + name)
			.setRequestMarshaller(new Bytes())
			.setResponseMarshaller(new Bytes())
			.build();
	}

	/**
	 * Messages of bytes.
	 */
	private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

		@Override
		public InputStream stream(byte[] value) {
			return new ByteArrayInputStream(value);
		}

		@Override
		public byte[] parse(InputStream stream) {
			try {
				return stream.readAllBytes();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
