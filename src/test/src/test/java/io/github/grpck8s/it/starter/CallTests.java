package io.github.grpck8s.it.starter;

import java.time.Duration;
import java.util.List;

import io.github.grpck8s.it.starter.Apps.Caller;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What calls between two applications leave behind, with every room at its defaults.
 */
@ExtendWith(OutputCaptureExtension.class)
class CallTests {

	private static ConfigurableApplicationContext server;

	@BeforeAll
	static void startServer() {
		server = Apps.server();
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	private static ConfigurableApplicationContext client(String... properties) {
		return Apps.client("static://127.0.0.1:" + Apps.port(server), properties);
	}

	@Test
	void callsAreCountedOnBothSidesAndProbesOnNeither() {
		double before = count(server, "grpc.server.call.duration", "users.v1.UserService/GetUser", "OK");
		try (ConfigurableApplicationContext client = client()) {
			client.getBean(Caller.class).name("1");
			assertThat(health("").toString()).isEqualTo("SERVING");
			await().atMost(Duration.ofSeconds(5))
				.untilAsserted(() -> assertThat(
						count(server, "grpc.server.call.duration", "users.v1.UserService/GetUser", "OK"))
					.isEqualTo(before + 1));
			assertThat(count(client, "grpc.client.call.duration", "users.v1.UserService/GetUser", "OK")).isEqualTo(1);
			assertThat(count(client, "grpc.client.attempt.duration", "users.v1.UserService/GetUser", "OK"))
				.isEqualTo(1);
			assertThat(server.getBean(MeterRegistry.class).getMeters()).extracting((meter) -> meter.getId().toString())
				.noneMatch((id) -> id.contains("grpc.health"));
		}
	}

	private static double count(ConfigurableApplicationContext app, String name, String method, String status) {
		List<Timer> timers = List.copyOf(app.getBean(MeterRegistry.class)
			.find(name)
			.tag("grpc.method", method)
			.tag("grpc.status", status)
			.timers());
		return timers.stream().mapToLong(Timer::count).sum();
	}

	@Test
	void aCallWithoutDeadlineGetsTheDefaultOne() {
		try (ConfigurableApplicationContext client = client("grpc.k8s.resilience.channels.users.deadline=300ms")) {
			assertThatExceptionOfType(StatusRuntimeException.class)
				.isThrownBy(() -> client.getBean(Caller.class).name("never"))
				.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED))
				.withMessageContaining("'grpc.k8s.resilience.channels.users.deadline' is 0.300s");
		}
	}

	@Test
	void probesGetTheTruth() {
		assertThat(health("users.v1.UserService")).isEqualTo(ServingStatus.SERVING);
		assertThat(health("liveness")).isEqualTo(ServingStatus.SERVING);
		AvailabilityChangeEvent.publish(server, ReadinessState.REFUSING_TRAFFIC);
		assertThat(health("")).isEqualTo(ServingStatus.NOT_SERVING);
		assertThat(health("users.v1.UserService")).isEqualTo(ServingStatus.NOT_SERVING);
		assertThat(health("liveness")).isEqualTo(ServingStatus.SERVING);
		assertThat(health("startup")).isEqualTo(ServingStatus.SERVING);
		AvailabilityChangeEvent.publish(server, ReadinessState.ACCEPTING_TRAFFIC);
		assertThat(health("readiness")).isEqualTo(ServingStatus.SERVING);
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> health("nobody"))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
	}

	private static ServingStatus health(String service) {
		ManagedChannel channel = Grpc
			.newChannelBuilder("dns:///127.0.0.1:" + Apps.port(server), InsecureChannelCredentials.create())
			.build();
		try {
			return HealthGrpc.newBlockingStub(channel)
				.check(HealthCheckRequest.newBuilder().setService(service).build())
				.getStatus();
		}
		finally {
			channel.shutdownNow();
		}
	}

	@Test
	void aTargetThatCanNeverWorkStopsTheApplication(CapturedOutput output) {
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> Apps.client("k8s://users.shop:grpc"));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("'grpc.client.users.address'")
			.contains("k8s://users.shop:grpc")
			.contains("k8s:///");
	}

	@Test
	void aSettingThatCannotBeStopsTheApplication(CapturedOutput output) {
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> Apps.server("grpc.k8s.keepalive.server.time=-1s"));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("'grpc.k8s.keepalive.server.time' must be")
			.contains("Action:");
	}

	@Test
	void pingsThatTheOwnServerForbidsStopTheApplication(CapturedOutput output) {
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> Apps
			.both("grpc.client.users.address=k8s:///users.shop:grpc", "grpc.server.permit-keep-alive-time=5m"));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("grpc.k8s.keepalive.client.time")
			.contains("grpc.server.permit-keep-alive-time");
	}

}
