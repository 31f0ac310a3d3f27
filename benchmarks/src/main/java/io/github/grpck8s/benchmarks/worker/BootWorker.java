package io.github.grpck8s.benchmarks.worker;

import io.grpc.Channel;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;

/**
 * An application with Boot's own gRPC, server and client in one process.
 */
public final class BootWorker {

	private BootWorker() {
	}

	/**
	 * Start.
	 * @param arguments properties
	 * @throws Exception if it does not start
	 */
	public static void main(String[] arguments) throws Exception {
		ConfigurableApplicationContext context = SpringApplication.run(Application.class, arguments);
		int port = context.getBean(GrpcServerLifecycle.class).getPort();
		Channel channel = context.getBean(GrpcChannelFactory.class).createChannel("users");
		Worker worker = new Worker();
		new Calls(channel).teach(worker);
		Worker.say("ready " + port);
		worker.serve();
	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		UsersService usersService() {
			return new UsersService();
		}

	}

}
