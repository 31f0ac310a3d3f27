package io.github.grpck8s.benchmarks.worker;

import io.grpc.Channel;
import net.devh.boot.grpc.client.inject.GrpcClient;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import net.devh.boot.grpc.server.service.GrpcService;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;

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
		new Calls(context.getBean(Client.class).channel()).teach(worker);
		Worker.say("ready " + context.getBean(Users.class).port());
		worker.serve();
	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Users.class, Client.class })
	static class Application {

	}

	/**
	 * The service.
	 */
	@GrpcService
	static class Users extends UsersService {

		private @Nullable Integer port;

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

		@EventListener
		void ready(ApplicationReadyEvent event) {
			// at start-up this is the moment that counts
			System.setProperty("benchmark.ready", String.valueOf(System.currentTimeMillis()));
		}

	}

}
