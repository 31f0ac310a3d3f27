package io.github.grpck8s.observability;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.ServerFeature;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A service of three methods, its server and a channel to it.
 */
final class Talk implements BindableService, AutoCloseable {

	static final MethodDescriptor<String, String> SAY = method("talk.Talk/Say", MethodDescriptor.MethodType.UNARY,
			true);

	static final MethodDescriptor<String, String> CHAT = method("talk.Talk/Chat",
			MethodDescriptor.MethodType.BIDI_STREAMING, true);

	static final MethodDescriptor<String, String> NOT_GENERATED = method("talk.Talk/Say",
			MethodDescriptor.MethodType.UNARY, false);

	static final ChannelSpec SPEC = new ChannelSpec("talk", "k8s:///talk:grpc");

	volatile UnaryOperator<String> say = UnaryOperator.identity();

	final Server server;

	final ManagedChannel channel;

	Talk(List<? extends ServerFeature> serverFeatures, List<? extends ChannelFeature> channelFeatures)
			throws IOException {
		String name = InProcessServerBuilder.generateName();
		InProcessServerBuilder serverBuilder = InProcessServerBuilder.forName(name)
			.addService(this)
			.addService(new HealthStatusManager().getHealthService());
		serverFeatures.forEach((feature) -> feature.applyTo(serverBuilder));
		this.server = serverBuilder.build().start();
		InProcessChannelBuilder channelBuilder = InProcessChannelBuilder.forName(name)
			.defaultServiceConfig(Map.of("methodConfig",
					List.of(Map.of("name", List.of(Map.of("service", "talk.Talk")), "retryPolicy",
							Map.of("maxAttempts", 3.0, "initialBackoff", "0.001s", "maxBackoff", "0.001s",
									"backoffMultiplier", 1.0, "retryableStatusCodes", List.of("UNAVAILABLE"))))))
			.enableRetry();
		channelFeatures.forEach((feature) -> feature.applyTo(SPEC, channelBuilder));
		this.channel = channelBuilder.build();
	}

	static MethodDescriptor<String, String> method(String name, MethodDescriptor.MethodType type, boolean generated) {
		return MethodDescriptor.<String, String>newBuilder(new Text(), new Text())
			.setFullMethodName(name)
			.setType(type)
			.setSampledToLocalTracing(generated)
			.build();
	}

	@Override
	public ServerServiceDefinition bindService() {
		return ServerServiceDefinition.builder("talk.Talk")
			.addMethod(SAY, ServerCalls.asyncUnaryCall((request, answers) -> {
				try {
					answers.onNext(this.say.apply(request));
					answers.onCompleted();
				}
				catch (StatusRuntimeException ex) {
					answers.onError(ex);
				}
			}))
			.addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(this::chat))
			.build();
	}

	private StreamObserver<String> chat(StreamObserver<String> answers) {
		return new StreamObserver<>() {

			@Override
			public void onNext(String message) {
				answers.onNext(Talk.this.say.apply(message));
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

	@Override
	public void close() {
		this.channel.shutdownNow();
		this.server.shutdownNow();
		try {
			this.channel.awaitTermination(5, TimeUnit.SECONDS);
			this.server.awaitTermination(5, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static final class Text implements MethodDescriptor.Marshaller<String> {

		@Override
		public InputStream stream(String text) {
			return new ByteArrayInputStream(text.getBytes(UTF_8));
		}

		@Override
		public String parse(InputStream in) {
			try (in) {
				return new String(in.readAllBytes(), UTF_8);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
