package io.github.grpck8s.example;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.h2.tools.Server;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What callers and kubelet see while the database is away, at the start and later.
 */
class DatabaseAwayTests {

	@Test
	void callsAreUnavailableAndThePodIsNotReadyUntilItIsBack() throws Exception {
		Server database = database("0");
		database.start();
		int port = database.getPort();
		database.stop();
		try (RunningExample server = RunningExample.server("spring.datasource.url=jdbc:h2:tcp://127.0.0.1:" + port
				+ "/mem:users;MODE=PostgreSQL;DB_CLOSE_DELAY=-1")) {
			ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
				.usePlaintext()
				.build();
			try {
				UserServiceGrpc.UserServiceBlockingStub users = UserServiceGrpc.newBlockingStub(channel);
				assertThatUnavailable(users);
				assertThat(probe(server, "readiness")).isEqualTo(503);
				assertThat(probe(server, "liveness")).isEqualTo(200);
				database = database(Integer.toString(port));
				database.start();
				await().atMost(Duration.ofSeconds(10)).until(() -> probe(server, "readiness") == 200);
				assertThat(getUser(users)).isEqualTo("Ada Lovelace");
				database.stop();
				assertThatUnavailable(users);
				assertThat(probe(server, "readiness")).isEqualTo(503);
				assertThat(probe(server, "liveness")).isEqualTo(200);
			}
			finally {
				channel.shutdownNow();
			}
		}
		finally {
			database.stop();
		}
	}

	private static Server database(String port) throws Exception {
		return Server.createTcpServer("-tcpPort", port, "-ifNotExists");
	}

	private static void assertThatUnavailable(UserServiceGrpc.UserServiceBlockingStub users) {
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> getUser(users))
			.satisfies((failure) -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE))
			.withMessageContaining("The database of users is away");
	}

	private static String getUser(UserServiceGrpc.UserServiceBlockingStub users) {
		return users.withDeadlineAfter(5, TimeUnit.SECONDS)
			.getUser(GetUserRequest.newBuilder().setUserId("1").build())
			.getName();
	}

	private static int probe(RunningExample server, String group) throws Exception {
		URI uri = URI.create("http://127.0.0.1:" + server.httpPort() + "/actuator/health/" + group);
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
			.statusCode();
	}

}
