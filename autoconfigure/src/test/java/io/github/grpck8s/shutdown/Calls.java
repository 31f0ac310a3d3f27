package io.github.grpck8s.shutdown;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;

/**
 * A service of strings, without generated code.
 */
final class Calls {

	static final MethodDescriptor<String, String> UNARY = method("Unary", MethodDescriptor.MethodType.UNARY);

	static final MethodDescriptor<String, String> STREAM = method("Stream",
			MethodDescriptor.MethodType.SERVER_STREAMING);

	private Calls() {
	}

	static ServerServiceDefinition service(ServerCalls.UnaryMethod<String, String> unary,
			ServerCalls.ServerStreamingMethod<String, String> stream) {
		return ServerServiceDefinition.builder("test.Calls")
			.addMethod(UNARY, ServerCalls.asyncUnaryCall(unary))
			.addMethod(STREAM, ServerCalls.asyncServerStreamingCall(stream))
			.build();
	}

	private static MethodDescriptor<String, String> method(String name, MethodDescriptor.MethodType type) {
		return MethodDescriptor.<String, String>newBuilder()
			.setType(type)
			.setFullMethodName("test.Calls/" + name)
			.setRequestMarshaller(new Text())
			.setResponseMarshaller(new Text())
			.build();
	}

	private static final class Text implements MethodDescriptor.Marshaller<String> {

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
