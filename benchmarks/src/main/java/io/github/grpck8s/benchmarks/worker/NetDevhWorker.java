package io.github.grpck8s.benchmarks.worker;

import java.util.concurrent.atomic.LongAdder;

import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.User;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.client.inject.GrpcClient;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import net.devh.boot.grpc.server.service.GrpcService;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * An application with net.devh's starter, server and client in one process. With our
 * starter on the class path it is the same application with the rooms.
 */
public final class NetDevhWorker {

	private NetDevhWorker() {
	}

	/**
	 * Start.
	 * @param arguments properties
	 * @throws Exception if it does not start
	 */
	public static void main(String[] arguments) throws Exception {
		ConfigurableApplicationContext context = SpringApplication.run(Application.class, arguments);
		Worker worker = new Worker();
		Channel channel = context.getBean(Client.class).channel();
		new Calls(channel).teach(worker);
		new Follower().teach(worker, channel);
		Worker.say("ready " + context.getBean(Users.class).port());
		worker.serve();
	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Users.class, Client.class, Scheduling.class })
	static class Application {

	}

	/**
	 * What spring-cloud-kubernetes needs to see changes.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	@ConditionalOnBooleanProperty("benchmark.scheduling")
	static class Scheduling {

	}

	/**
	 * The service.
	 */
	@GrpcService
	static class Users extends UsersService implements DisposableBean {

		private final String pod;

		private final User answer;

		private final LongAdder served = new LongAdder();

		private @Nullable Integer port;

		/**
		 * Create the service.
		 * @param pod its name, which it then answers with; empty for answers of 100 bytes
		 */
		Users(@Value("${benchmark.pod:}") String pod) {
			this.pod = pod;
			this.answer = User.newBuilder().setName(pod).build();
		}

		@Override
		public void getUser(GetUserRequest request, StreamObserver<User> answers) {
			if (this.pod.isEmpty()) {
				super.getUser(request, answers);
				return;
			}
			this.served.increment();
			answers.onNext(this.answer);
			answers.onCompleted();
		}

		/**
		 * The server has stopped before.
		 */
		@Override
		public void destroy() {
			if (!this.pod.isEmpty()) {
				Worker.say(String.valueOf(this.served.sum()));
			}
		}

		@EventListener
		void started(GrpcServerStartedEvent event) {
			this.port = event.getServer().getPort();
		}

		int port() {
			Integer known = this.port;
			return (known != null) ? known : 0;
		}

	}

	/**
	 * The client.
	 */
	static class Client {

		@GrpcClient("users")
		private @Nullable Channel channel;

		Channel channel() {
			Channel injected = this.channel;
			if (injected == null) {
				throw new IllegalStateException("No channel");
			}
			return injected;
		}

	}

}
