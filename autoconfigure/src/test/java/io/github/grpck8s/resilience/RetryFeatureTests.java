package io.github.grpck8s.resilience;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.EmptyProto;
import io.github.grpck8s.ChannelServices;
import io.github.grpck8s.ChannelSpec;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.grpc.stub.ClientCalls;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which calls are repeated, counted at a real server.
 */
class RetryFeatureTests {

	private static final ChannelSpec CHANNEL = new ChannelSpec("echo", "k8s:///echo:grpc");

	private static final RetryPolicy POLICY = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(10), 2,
			Set.of(Status.Code.UNAVAILABLE));

	private static final RetryThrottling THROTTLING = new RetryThrottling(10, 0.1);

	private static final ChannelServices ECHO = (channel) -> List.of(EchoServer.SERVICE);

	@Test
	void idempotentMethodIsRepeatedUntilItSucceeds() throws Exception {
		try (EchoServer server = new EchoServer(failing(2)); Caller caller = new Caller(server, feature(ECHO))) {
			assertThat(caller.call(EchoServer.READ)).isEqualTo("execution 3");
			assertThat(server.executions(EchoServer.READ)).isEqualTo(3);
		}
	}

	@Test
	void methodThatIsNotIdempotentIsExecutedOnce() throws Exception {
		try (EchoServer server = new EchoServer(failing(2)); Caller caller = new Caller(server, feature(ECHO))) {
			assertThatUnavailable(caller, EchoServer.WRITE);
			assertThat(server.executions(EchoServer.WRITE)).isEqualTo(1);
		}
	}

	@Test
	void noMoreAttemptsAreMadeThanAllowed() throws Exception {
		try (EchoServer server = new EchoServer(failing(100)); Caller caller = new Caller(server, feature(ECHO))) {
			assertThatUnavailable(caller, EchoServer.READ);
			assertThat(server.executions(EchoServer.READ)).isEqualTo(3);
		}
	}

	@Test
	void methodThatTheUserNamesIsRepeatedWithoutTheStackKnowingIt() throws Exception {
		RetryFeature feature = feature((channel) -> List.of(), new MethodName("test.Echo", "Write"));
		try (EchoServer server = new EchoServer(failing(1)); Caller caller = new Caller(server, feature)) {
			assertThat(caller.call(EchoServer.WRITE)).isEqualTo("execution 2");
		}
	}

	@Test
	void amplificationIsHeldWhenEverythingFails() throws Exception {
		try (EchoServer server = new EchoServer(failing(Integer.MAX_VALUE));
				Caller caller = new Caller(server, feature(ECHO))) {
			for (int i = 0; i < 200; i++) {
				assertThatUnavailable(caller, EchoServer.READ);
			}
			assertThat(server.executions(EchoServer.READ)).isBetween(201, 220);
		}
	}

	@Test
	void serviceConfigNamesEachMethodOnce() {
		RetryFeature feature = feature(ECHO, new MethodName("test.Echo", "Read"), new MethodName("test.Echo", "Write"),
				new MethodName("other.Service", null), new MethodName("other.Service", "Get"));
		assertThat(feature.serviceConfig(CHANNEL)).isEqualTo(Map.of("methodConfig",
				List.of(Map.of("name",
						List.of(Map.of("service", "other.Service"), Map.of("service", "test.Echo", "method", "Read"),
								Map.of("service", "test.Echo", "method", "Write")),
						"retryPolicy",
						Map.of("maxAttempts", 3.0, "initialBackoff", "0.001s", "maxBackoff", "0.010s",
								"backoffMultiplier", 2.0, "retryableStatusCodes", List.of("UNAVAILABLE")))),
				"retryThrottling", Map.of("maxTokens", 10.0, "tokenRatio", 0.1)));
	}

	@Test
	void wholeServiceStandsForItsMethods() {
		RetryFeature feature = feature(ECHO, new MethodName("test.Echo", null));
		assertThat(feature.serviceConfig(CHANNEL).get("methodConfig")).asString()
			.contains("[{service=test.Echo}]")
			.doesNotContain("method=");
	}

	@Test
	void nothingIsSaidWhenNothingMayBeRepeated() {
		assertThat(feature((channel) -> List.of()).serviceConfig(CHANNEL)).isEmpty();
		assertThat(new RetryFeature((channel) -> null, ECHO, IdempotentMethods.markedInDescriptor())
			.serviceConfig(CHANNEL)).isEmpty();
		assertThat(feature(ECHO).serviceConfig(new ChannelSpec("echo", "xds:///echo"))).isEmpty();
	}

	@Test
	void protoSaysWhatIsIdempotent() throws Exception {
		IdempotentMethods idempotent = IdempotentMethods.markedInProto();
		assertThat(idempotent.contains(proto(IdempotencyLevel.NO_SIDE_EFFECTS))).isTrue();
		assertThat(idempotent.contains(proto(IdempotencyLevel.IDEMPOTENT))).isTrue();
		assertThat(idempotent.contains(proto(IdempotencyLevel.IDEMPOTENCY_UNKNOWN))).isFalse();
		assertThat(idempotent.contains(proto(null))).isFalse();
		assertThat(idempotent.contains(EchoServer.READ)).isTrue();
		assertThat(idempotent.contains(EchoServer.WRITE)).isFalse();
	}

	private static MethodDescriptor<String, String> proto(@Nullable IdempotencyLevel level) throws Exception {
		MethodDescriptorProto.Builder method = MethodDescriptorProto.newBuilder()
			.setName("Get")
			.setInputType(".google.protobuf.Empty")
			.setOutputType(".google.protobuf.Empty");
		if (level != null) {
			method.setOptions(MethodOptions.newBuilder().setIdempotencyLevel(level));
		}
		FileDescriptor file = FileDescriptor.buildFrom(FileDescriptorProto.newBuilder()
			.setName("test.proto")
			.addDependency("google/protobuf/empty.proto")
			.addService(ServiceDescriptorProto.newBuilder().setName("Echo").addMethod(method))
			.build(), new FileDescriptor[] { EmptyProto.getDescriptor() });
		return EchoServer.WRITE.toBuilder().setSchemaDescriptor(new ProtoMethodDescriptorSupplier() {

			@Override
			public com.google.protobuf.Descriptors.MethodDescriptor getMethodDescriptor() {
				return getServiceDescriptor().getMethods().get(0);
			}

			@Override
			public ServiceDescriptor getServiceDescriptor() {
				return file.getServices().get(0);
			}

			@Override
			public FileDescriptor getFileDescriptor() {
				return file;
			}

		}).build();
	}

	private static RetryFeature feature(ChannelServices services, MethodName... names) {
		RetryRules rules = new RetryRules(POLICY, THROTTLING, Set.of(names));
		return new RetryFeature((channel) -> rules, services, IdempotentMethods.markedInDescriptor());
	}

	private static EchoServer.Handler failing(int times) {
		return (execution, request, response) -> {
			if (execution <= times) {
				response.onError(Status.UNAVAILABLE.withDescription("not now").asRuntimeException());
			}
			else {
				response.onNext("execution " + execution);
				response.onCompleted();
			}
		};
	}

	private static void assertThatUnavailable(Caller caller, MethodDescriptor<String, String> method) {
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> caller.call(method))
			.satisfies((failure) -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
	}

	/**
	 * A channel that has the service config of a feature.
	 */
	private static final class Caller implements AutoCloseable {

		private final ManagedChannel channel;

		Caller(EchoServer server, RetryFeature feature) {
			this.channel = server.channel().defaultServiceConfig(feature.serviceConfig(CHANNEL)).build();
		}

		String call(MethodDescriptor<String, String> method) {
			return ClientCalls.blockingUnaryCall(this.channel, method, CallOptions.DEFAULT, "");
		}

		@Override
		public void close() {
			this.channel.shutdownNow();
		}

	}

}
