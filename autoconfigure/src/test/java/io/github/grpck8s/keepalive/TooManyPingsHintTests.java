package io.github.grpck8s.keepalive;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.text.MessageFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.StackSettings;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is said when a server sends a channel away.
 */
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

	private final List<String> log = new ArrayList<>();

	private final Handler handler = new Handler() {

		@Override
		public void publish(LogRecord entry) {
			TooManyPingsHintTests.this.log.add(MessageFormat.format(entry.getMessage(), entry.getParameters()));
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	};

	private final Logger logger = Logger.getLogger(TooManyPingsHint.class.getName());

	@BeforeEach
	void listen() {
		this.logger.addHandler(this.handler);
	}

	@AfterEach
	void stopListening() {
		this.logger.removeHandler(this.handler);
	}

	@Test
	void namesBothSettingsOnce() throws Exception {
		call(USERS, SENT_AWAY, 3);
		assertThat(this.log).singleElement()
			.asString()
			.contains("channel 'users'", "k8s:///users.shop:grpc", "'grpc.k8s.keepalive.client.time' (PT30S)",
					"'grpc.k8s.keepalive.server.permit-time'");
	}

	@Test
	void saysNothingOfOtherFailures() throws Exception {
		call(USERS, Status.RESOURCE_EXHAUSTED.withDescription("no more"), 1);
		call(USERS, Status.RESOURCE_EXHAUSTED, 1);
		assertThat(this.log).isEmpty();
	}

	@Test
	void saysNothingOfPingsThatAreNotOurs() throws Exception {
		call(new ChannelSpec("elsewhere", "dns:///example.org"), SENT_AWAY, 1);
		assertThat(this.log).isEmpty();
	}

	private static void call(ChannelSpec spec, Status answer, int times) throws Exception {
		ChannelKeepAlive pings = new ChannelKeepAlive(new ChannelPings(Duration.ofSeconds(30), null, null),
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
		new TooManyPingsHint(pings).applyTo(spec, builder);
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
