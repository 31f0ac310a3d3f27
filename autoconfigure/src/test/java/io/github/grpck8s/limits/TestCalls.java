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
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/**
 * A service whose methods behave well or badly.
 */
final class TestCalls {

	static final MethodDescriptor<byte[], byte[]> ECHO = method("Echo", MethodType.UNARY);

	/** Does not answer until it is told to. */
	static final MethodDescriptor<byte[], byte[]> HANG = method("Hang", MethodType.UNARY);

	/** Answers with a chunk. */
	static final MethodDescriptor<byte[], byte[]> LARGE = method("Large", MethodType.UNARY);

	/** Answers until it is stopped and never asks whether anybody reads. */
	static final MethodDescriptor<byte[], byte[]> FLOOD = method("Flood", MethodType.SERVER_STREAMING);

	/** Answers a thousand times, when somebody reads. */
	static final MethodDescriptor<byte[], byte[]> POLITE = method("Polite", MethodType.SERVER_STREAMING);

	static final int CHUNK = 65_536;

	static final int ENDLESS = 2_000;

	final AtomicInteger flooded = new AtomicInteger();

	final AtomicInteger stopped = new AtomicInteger();

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
			.addMethod(LARGE, ServerCalls.asyncUnaryCall((message, answers) -> {
				answers.onNext(new byte[CHUNK]);
				answers.onCompleted();
			}))
			.addMethod(FLOOD, ServerCalls.asyncServerStreamingCall((message, answers) -> flood(answers)))
			.addMethod(POLITE, ServerCalls.asyncServerStreamingCall((message, answers) -> polite(answers)))
			.build();
	}

	private void flood(StreamObserver<byte[]> answers) {
		try {
			for (int answer = 1; answer <= ENDLESS; answer++) {
				answers.onNext(new byte[CHUNK]);
				this.flooded.incrementAndGet();
			}
			answers.onCompleted();
		}
		catch (StatusRuntimeException ex) {
			this.stopped.incrementAndGet();
		}
	}

	private static void polite(StreamObserver<byte[]> observer) {
		ServerCallStreamObserver<byte[]> answers = (ServerCallStreamObserver<byte[]>) observer;
		AtomicInteger left = new AtomicInteger(1_000);
		answers.setOnReadyHandler(() -> {
			while (answers.isReady() && left.get() > 0) {
				answers.onNext(new byte[CHUNK]);
				if (left.decrementAndGet() == 0) {
					answers.onCompleted();
				}
			}
		});
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
