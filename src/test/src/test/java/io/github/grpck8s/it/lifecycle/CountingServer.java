package io.github.grpck8s.it.lifecycle;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.ImportUsersResponse;
import io.github.grpck8s.example.proto.ListUsersRequest;
import io.github.grpck8s.example.proto.LookUpUsersResponse;
import io.github.grpck8s.example.proto.User;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.github.grpck8s.health.autoconfigure.HealthAutoConfiguration;
import io.github.grpck8s.keepalive.autoconfigure.KeepAliveAutoConfiguration;
import io.github.grpck8s.limits.autoconfigure.LimitsAutoConfiguration;
import io.github.grpck8s.shutdown.autoconfigure.ShutdownAutoConfiguration;
import io.github.grpck8s.stack.netdevh.NetDevhStackAutoConfiguration;
import io.github.grpck8s.transport.autoconfigure.TransportAutoConfiguration;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.common.autoconfigure.GrpcCommonCodecAutoConfiguration;
import net.devh.boot.grpc.server.autoconfigure.GrpcHealthServiceAutoConfiguration;
import net.devh.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration;
import net.devh.boot.grpc.server.autoconfigure.GrpcServerFactoryAutoConfiguration;
import net.devh.boot.grpc.server.service.GrpcService;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * A server of the example's protocol with nothing behind it, which starts quickly. Writes
 * each execution into a file before it answers: what the file has survives a SIGKILL.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({ GrpcServerAutoConfiguration.class, GrpcServerFactoryAutoConfiguration.class,
		GrpcHealthServiceAutoConfiguration.class, GrpcCommonCodecAutoConfiguration.class,
		ApplicationAvailabilityAutoConfiguration.class, NetDevhStackAutoConfiguration.class,
		TransportAutoConfiguration.class, KeepAliveAutoConfiguration.class, LimitsAutoConfiguration.class,
		HealthAutoConfiguration.class, ShutdownAutoConfiguration.class })
class CountingServer {

	/** The name of the property that says where the file is. */
	static final String EXECUTIONS = "counting.executions";

	/** So that calls are there to be interrupted between execution and answer. */
	private static final long WORK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

	private static final int USERS = 60;

	public static void main(String[] args) {
		SpringApplication.run(CountingServer.class, args);
	}

	@Bean
	@GrpcService
	BindableService users(Environment environment) throws IOException {
		return new Users(Files.newOutputStream(Path.of(environment.getRequiredProperty(EXECUTIONS)),
				StandardOpenOption.CREATE, StandardOpenOption.APPEND));
	}

	private static final class Users extends UserServiceGrpc.UserServiceImplBase {

		private final OutputStream executions;

		Users(OutputStream executions) {
			this.executions = executions;
		}

		private void executed(String key) {
			try {
				// one write for one line, whoever else writes
				this.executions.write((key + "\n").getBytes(StandardCharsets.UTF_8));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			LockSupport.parkNanos(WORK_NANOS);
		}

		@Override
		public void getUser(GetUserRequest request, StreamObserver<User> client) {
			executed(request.getUserId());
			client.onNext(User.newBuilder().setName(request.getUserId()).build());
			client.onCompleted();
		}

		@Override
		public void listUsers(ListUsersRequest request, StreamObserver<User> client) {
			for (int user = 1; user <= USERS; user++) {
				client.onNext(User.newBuilder().setName("User " + user).build());
			}
			client.onCompleted();
		}

		@Override
		public StreamObserver<GetUserRequest> lookUpUsers(StreamObserver<LookUpUsersResponse> client) {
			return new Requests<>() {

				@Override
				public void onNext(GetUserRequest request) {
					client.onNext(LookUpUsersResponse.getDefaultInstance());
				}

				@Override
				public void onCompleted() {
					client.onCompleted();
				}

			};
		}

		@Override
		public StreamObserver<User> importUsers(StreamObserver<ImportUsersResponse> client) {
			return new Requests<>() {

				@Override
				public void onNext(User user) {
					executed(user.getEmail());
				}

				@Override
				public void onCompleted() {
					client.onNext(ImportUsersResponse.getDefaultInstance());
					client.onCompleted();
				}

			};
		}

	}

	private abstract static class Requests<Q> implements StreamObserver<Q> {

		@Override
		public void onError(Throwable failure) {
			// the client has gone
		}

	}

}
