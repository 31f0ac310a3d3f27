package io.github.grpck8s.it.starter;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.LookUpUsersResponse;
import io.github.grpck8s.example.proto.User;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.github.grpck8s.observability.CallContext;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import net.devh.boot.grpc.client.inject.GrpcClient;
import net.devh.boot.grpc.server.advice.GrpcAdvice;
import net.devh.boot.grpc.server.advice.GrpcExceptionHandler;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import net.devh.boot.grpc.server.service.GrpcService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * A caller that is none of ours, a service that hands streamed requests to other threads,
 * and a service behind it: one trace.
 */
@ExtendWith(OutputCaptureExtension.class)
class ContextTests {

	private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

	private static final String CALLER = "b7ad6b7169203331";

	private static ConfigurableApplicationContext last;

	private static ConfigurableApplicationContext relay;

	@BeforeAll
	static void start() {
		last = Apps.start(List.of(Apps.ServerApp.class, Recording.class),
				List.of("grpc.server.address=127.0.0.1", "grpc.server.port=0"));
		relay = Apps.start(List.of(RelayApp.class, Recording.class),
				List.of("grpc.server.address=127.0.0.1", "grpc.server.port=0",
						"grpc.client.users.address=static://127.0.0.1:" + Apps.port(last),
						"grpc.client.users.negotiation-type=plaintext"));
	}

	@AfterAll
	static void stop() {
		relay.close();
		last.close();
	}

	@BeforeEach
	void forget() {
		Recording.SPANS.reset();
	}

	@Test
	void streamsAndExecutorsStayInTheTraceOfTheCaller(CapturedOutput output) throws Exception {
		ManagedChannel channel = channel();
		try {
			CountDownLatch done = new CountDownLatch(1);
			StreamObserver<GetUserRequest> requests = UserServiceGrpc.newStub(channel)
				.withInterceptors(new Traceparent("00-" + TRACE + "-" + CALLER + "-01"))
				.lookUpUsers(new Answers(done));
			for (String id : List.of("spring", "virtual")) {
				requests.onNext(GetUserRequest.newBuilder().setUserId(id).build());
			}
			requests.onCompleted();
			assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			channel.shutdownNow();
		}
		// LookUpUsers at the relay, and GetUser twice on both sides
		await().atMost(Duration.ofSeconds(10))
			.untilAsserted(() -> assertThat(Recording.SPANS.getFinishedSpanItems()).hasSize(5));
		List<SpanData> spans = Recording.SPANS.getFinishedSpanItems();
		assertThat(spans).extracting(SpanData::getTraceId).containsOnly(TRACE);
		SpanData stream = spans.stream()
			.filter((span) -> span.getName().endsWith("/LookUpUsers"))
			.findFirst()
			.orElseThrow();
		assertThat(stream.getParentSpanId()).isEqualTo(CALLER);
		List<SpanData> further = spans.stream().filter((span) -> span.getKind() == SpanKind.CLIENT).toList();
		assertThat(further).hasSize(2).extracting(SpanData::getParentSpanId).containsOnly(stream.getSpanId());
		assertThat(spans).filteredOn((span) -> span.getName().endsWith("/GetUser") && span.getKind() == SpanKind.SERVER)
			.extracting(SpanData::getParentSpanId)
			.containsExactlyInAnyOrderElementsOf(further.stream().map(SpanData::getSpanId).toList());
		for (String id : List.of("spring", "virtual")) {
			assertThat(output.toString().lines()).filteredOn((line) -> line.contains("relaying " + id + " of "))
				.singleElement()
				.asString()
				.contains(TRACE)
				.contains(stream.getSpanId())
				.contains("of users.v1.UserService/LookUpUsers");
		}
	}

	@Test
	void exceptionHandlersKnowTheTrace(CapturedOutput output) {
		ManagedChannel channel = channel();
		try {
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> UserServiceGrpc.newBlockingStub(channel)
					.withInterceptors(new Traceparent("00-" + TRACE + "-" + CALLER + "-01"))
					.getUser(GetUserRequest.newBuilder().setUserId("broken").build()))
				.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION));
		}
		finally {
			channel.shutdownNow();
		}
		assertThat(output.toString().lines()).filteredOn((line) -> line.contains("advised: broken"))
			.singleElement()
			.asString()
			.contains(TRACE);
	}

	private static ManagedChannel channel() {
		return Grpc
			.newChannelBuilder("dns:///127.0.0.1:" + relay.getBean(Relay.class).port,
					InsecureChannelCredentials.create())
			.build();
	}

	private record Answers(CountDownLatch done) implements StreamObserver<LookUpUsersResponse> {

		@Override
		public void onNext(LookUpUsersResponse answer) {
		}

		@Override
		public void onError(Throwable failure) {
			throw new AssertionError(failure);
		}

		@Override
		public void onCompleted() {
			this.done.countDown();
		}

	}

	/**
	 * The service in the middle.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Relay.class, Advice.class })
	static class RelayApp {

	}

	/**
	 * Asks the service behind it on other threads.
	 */
	@GrpcService
	static class Relay extends UserServiceGrpc.UserServiceImplBase {

		private static final Logger logger = LoggerFactory.getLogger(Relay.class);

		private final Executor spring;

		/** A thread of its own for each task, as a virtual one is. */
		private final Executor own = CallContext
			.wrap((task) -> Executors.defaultThreadFactory().newThread(task).start());

		@GrpcClient("users")
		UserServiceGrpc.UserServiceBlockingStub users;

		volatile int port;

		Relay(@Qualifier("applicationTaskExecutor") Executor spring) {
			this.spring = spring;
		}

		@Override
		public void getUser(GetUserRequest request, StreamObserver<User> responses) {
			throw new IllegalStateException(request.getUserId());
		}

		@Override
		public StreamObserver<GetUserRequest> lookUpUsers(StreamObserver<LookUpUsersResponse> responses) {
			CountDownLatch relayed = new CountDownLatch(2);
			return new StreamObserver<>() {

				@Override
				public void onNext(GetUserRequest request) {
					Executor executor = request.getUserId().equals("spring") ? Relay.this.spring : Relay.this.own;
					executor.execute(() -> {
						logger.info("relaying {} of {}", request.getUserId(), org.slf4j.MDC.get("grpc.method"));
						Relay.this.users.getUser(request);
						relayed.countDown();
					});
				}

				@Override
				public void onError(Throwable failure) {
				}

				@Override
				public void onCompleted() {
					try {
						assertThat(relayed.await(20, TimeUnit.SECONDS)).isTrue();
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
					responses.onCompleted();
				}

			};
		}

		@EventListener
		void started(GrpcServerStartedEvent event) {
			this.port = event.getServer().getPort();
		}

	}

	/**
	 * What a user does with exceptions.
	 */
	@GrpcAdvice
	public static class Advice {

		private static final Logger logger = LoggerFactory.getLogger(Advice.class);

		@GrpcExceptionHandler(IllegalStateException.class)
		public Status handle(IllegalStateException ex) {
			logger.info("advised: {}", ex.getMessage());
			return Status.FAILED_PRECONDITION;
		}

	}

}
