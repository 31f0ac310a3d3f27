package io.github.grpck8s.benchmarks.worker;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.instrumentation.grpc.v1_6.GrpcTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;

/**
 * grpc-java as its own guide shows it, server and client in one process; with the
 * argument {@code library}, OpenTelemetry's library for gRPC on both sides, 1 % sampled.
 */
public final class BareWorker {

	private BareWorker() {
	}

	/**
	 * Start.
	 * @param arguments what to add
	 * @throws Exception if it does not start
	 */
	public static void main(String[] arguments) throws Exception {
		boolean library = List.of(arguments).contains("library");
		ServerBuilder<?> builder = NettyServerBuilder
			.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
			.addService(new UsersService());
		GrpcTelemetry telemetry = library ? telemetry() : null;
		if (telemetry != null) {
			builder.intercept(telemetry.createServerInterceptor());
		}
		Server server = builder.build().start();
		ManagedChannelBuilder<?> channelBuilder = Grpc.newChannelBuilder("dns:///127.0.0.1:" + server.getPort(),
				InsecureChannelCredentials.create());
		if (telemetry != null) {
			channelBuilder.intercept(telemetry.createClientInterceptor());
		}
		ManagedChannel channel = channelBuilder.build();
		Worker worker = new Worker();
		new Calls(channel).teach(worker);
		Worker.say("ready " + server.getPort());
		worker.serve();
	}

	/**
	 * As the library's README shows it, and without an exporter, as in the other arms.
	 */
	private static GrpcTelemetry telemetry() {
		OpenTelemetry openTelemetry = OpenTelemetrySdk.builder()
			.setTracerProvider(SdkTracerProvider.builder()
				.setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(0.01)))
				.build())
			.setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
			.build();
		return GrpcTelemetry.create(openTelemetry);
	}

}
