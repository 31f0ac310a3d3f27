package io.github.grpck8s.keepalive;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.StatusHints;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is said when a server sends a channel away.
 */
@ExtendWith(OutputCaptureExtension.class)
class TooManyPingsHintTests {

	private static final ChannelSpec USERS = new ChannelSpec("users", "k8s:///users.shop:grpc");

	private static final MethodDescriptor<String, String> METHOD = MethodDescriptor.<String, String>newBuilder()
		.setType(MethodDescriptor.MethodType.UNARY)
		.setFullMethodName("test.Calls/Unary")
		.setRequestMarshaller(new Text())
		.setResponseMarshaller(new Text())
		.build();

	private static final Status SENT_AWAY = Status.RESOURCE_EXHAUSTED.withDescription(
			"Connection closed after GOAWAY. HTTP/2 error code: ENHANCE_YOUR_CALM, debug data:" + " too_many_pings");

	@Test
	void namesBothSettingsOnce(CapturedOutput output) throws Exception {
		call(USERS, SENT_AWAY, 3);
		assertThat(output.toString().lines().filter((line) -> line.contains("too_many_pings"))).singleElement()
			.asString()
			.contains("WARN", "channel 'users'", "k8s:///users.shop:grpc", "'grpc.k8s.keepalive.client.time' (PT30S)",
					"'grpc.k8s.keepalive.server.permit-time'");
	}

	@Test
	void saysNothingOfOtherFailures(CapturedOutput output) throws Exception {
		call(USERS, Status.RESOURCE_EXHAUSTED.withDescription("no more"), 1);
		call(USERS, Status.RESOURCE_EXHAUSTED, 1);
		assertThat(output).doesNotContain("too_many_pings");
	}

	@Test
	void saysNothingOfPingsThatAreNotOurs(CapturedOutput output) throws Exception {
		call(new ChannelSpec("elsewhere", "dns:///example.org"), SENT_AWAY, 1);
		assertThat(output).doesNotContain("too_many_pings");
	}

	private static void call(ChannelSpec spec, Status answer, int times) throws Exception {
		ChannelKeepAlive pings = new ChannelKeepAlive(new ChannelPings(Duration.ofSeconds(30), null, null, null),
				ChannelPings.NONE, Map.of(), StackSettings.NONE);
		String name = InProcessServerBuilder.generateName();
		Server server = InProcessServerBuilder.forName(name)
			.directExecutor()
			.addService(ServerServiceDefinition.builder("test.Calls")
				.addMethod(METHOD,
						ServerCalls.asyncUnaryCall((message, answers) -> answers.onError(answer.asRuntimeException())))
				.build())
			.build()
			.start();
		InProcessChannelBuilder builder = InProcessChannelBuilder.forName(name).directExecutor();
		new StatusHints(() -> Stream.of(new TooManyPingsHint(pings))).applyTo(spec, builder);
		ManagedChannel channel = builder.build();
		for (int i = 0; i < times; i++) {
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> ClientCalls.blockingUnaryCall(channel, METHOD, CallOptions.DEFAULT, "hello"));
		}
		channel.shutdownNow();
		server.shutdownNow();
	}

	/**
	 * Messages of text.
	 */
	private static final class Text implements MethodDescriptor.Marshaller<String> {

		@Override
		public InputStream stream(String value) {
			return new ByteArrayInputStream(value.getBytes(UTF_8));
		}

		@Override
		public String parse(InputStream stream) {
			return "";
		}

	}

}
