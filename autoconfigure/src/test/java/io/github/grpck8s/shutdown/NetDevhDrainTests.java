package io.github.grpck8s.shutdown;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.google.common.util.concurrent.ListenableFuture;
import io.github.grpck8s.ServerFeature;
import io.github.grpck8s.ServerLifecycleListener;
import io.github.grpck8s.health.autoconfigure.HealthAutoConfiguration;
import io.github.grpck8s.shutdown.autoconfigure.ShutdownAutoConfiguration;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.autoconfigure.GrpcHealthServiceAutoConfiguration;
import net.devh.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration;
import net.devh.boot.grpc.server.autoconfigure.GrpcServerFactoryAutoConfiguration;
import net.devh.boot.grpc.server.event.GrpcServerShutdownEvent;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import net.devh.boot.grpc.server.service.GrpcService;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The end of an application on net.devh's server, whose own grace and lifecycle stand
 * around ours.
 */
class NetDevhDrainTests {

	@Test
	void r92CallsAreServedThenFinishedAndThoseTooLongAreUnavailable() throws Exception {
		SpringApplication application = new SpringApplication(App.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		ConfigurableApplicationContext context = application.run("--grpc.server.port=0",
				"--grpc.server.address=127.0.0.1", "--grpc.k8s.shutdown.delay=1500ms",
				"--grpc.k8s.shutdown.grace=700ms", "--spring.lifecycle.timeout-per-shutdown-phase=100ms");
		App app = context.getBean(App.class);
		ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", app.port).usePlaintext().build();
		try {
			List<String> seen = new CopyOnWriteArrayList<>();
			watch(channel, seen);
			await().untilAsserted(() -> assertThat(seen).containsExactly("SERVING"));
			ListenableFuture<String> tooLong = call(channel, "wait");
			await().until(() -> context.getBean(ServerDrain.class).running() == 1);
			long begin = System.nanoTime();
			CompletableFuture<Void> closing = CompletableFuture.runAsync(context::close);
			await().until(() -> seen.contains("NOT_SERVING"));
			assertThat(call(channel, "late").get(5, TimeUnit.SECONDS)).isEqualTo("late");
			closing.get(20, TimeUnit.SECONDS);
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(2200),
					Duration.ofSeconds(10));
			assertThat(tooLong).failsWithin(Duration.ofSeconds(5))
				.withThrowableThat()
				.havingCause()
				.satisfies((ex) -> assertThat(Status.fromThrowable(ex).getCode()).isEqualTo(Status.Code.UNAVAILABLE));
			assertThat(seen).containsExactly("SERVING", "NOT_SERVING", "completed");
		}
		finally {
			app.gate.countDown();
			channel.shutdownNow();
			context.close();
		}
	}

	private static ListenableFuture<String> call(ManagedChannel channel, String request) {
		return ClientCalls.futureUnaryCall(channel.newCall(Calls.UNARY, CallOptions.DEFAULT), request);
	}

	private static void watch(ManagedChannel channel, List<String> seen) {
		HealthGrpc.newStub(channel)
			.watch(HealthCheckRequest.newBuilder().setService("test.Calls").build(),
					new StreamObserver<HealthCheckResponse>() {

						@Override
						public void onNext(HealthCheckResponse response) {
							seen.add(response.getStatus().name());
						}

						@Override
						public void onError(Throwable failure) {
							seen.add(failure.toString());
						}

						@Override
						public void onCompleted() {
							seen.add("completed");
						}

					});
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ GrpcServerAutoConfiguration.class, GrpcServerFactoryAutoConfiguration.class,
			GrpcHealthServiceAutoConfiguration.class, ApplicationAvailabilityAutoConfiguration.class,
			HealthAutoConfiguration.class, ShutdownAutoConfiguration.class })
	static class App {

		private final CountDownLatch gate = new CountDownLatch(1);

		private volatile int port;

		@Bean
		GrpcServerConfigurer configurer(ObjectProvider<ServerFeature> features) {
			return (server) -> features.orderedStream().forEach((feature) -> feature.applyTo(server));
		}

		@Bean
		Adapter adapter(ObjectProvider<ServerLifecycleListener> listeners) {
			return new Adapter(this, listeners);
		}

		@GrpcService
		@Bean
		BindableService calls() {
			return () -> Calls.service((request, response) -> {
				if (request.equals("wait")) {
					try {
						this.gate.await();
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
				}
				response.onNext(request);
				response.onCompleted();
			}, (request, response) -> response.onCompleted());
		}

		/**
		 * What an application locks its services with.
		 */
		@Bean
		@GrpcGlobalServerInterceptor
		ServerInterceptor lock() {
			return new ServerInterceptor() {

				@Override
				public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
						ServerCallHandler<Q, R> next) {
					if (call.getMethodDescriptor().getServiceName().equals(Calls.UNARY.getServiceName())) {
						return next.startCall(call, headers);
					}
					call.close(Status.UNAUTHENTICATED, new Metadata());
					return new ServerCall.Listener<>() {
					};
				}

			};
		}

	}

	/**
	 * Hands the events of net.devh on, as its adapter does.
	 *
	 * @param app the application
	 * @param listeners who is told
	 */
	record Adapter(App app, ObjectProvider<ServerLifecycleListener> listeners) {

		@EventListener
		void started(GrpcServerStartedEvent event) {
			this.app.port = event.getServer().getPort();
			this.listeners.orderedStream().forEach((listener) -> listener.started(event.getServer()));
		}

		@EventListener
		void stopping(GrpcServerShutdownEvent event) {
			this.listeners.orderedStream().forEach((listener) -> listener.stopping(event.getServer()));
		}

	}

}
