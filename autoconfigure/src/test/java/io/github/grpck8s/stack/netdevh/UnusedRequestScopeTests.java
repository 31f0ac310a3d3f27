package io.github.grpck8s.stack.netdevh;

import java.util.ArrayList;
import java.util.List;

import io.grpc.Channel;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;
import net.devh.boot.grpc.common.autoconfigure.GrpcCommonCodecAutoConfiguration;
import net.devh.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration;
import net.devh.boot.grpc.server.autoconfigure.GrpcServerFactoryAutoConfiguration;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import net.devh.boot.grpc.server.interceptor.GlobalServerInterceptorRegistry;
import net.devh.boot.grpc.server.scope.GrpcRequestScope;
import net.devh.boot.grpc.server.service.GrpcService;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Beans in the stack's scope {@code grpcRequest}, and none.
 */
class UnusedRequestScopeTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(NetDevhStackAutoConfiguration.class, RequestScopeAutoConfiguration.class,
						GrpcCommonCodecAutoConfiguration.class, GrpcClientAutoConfiguration.class,
						GrpcServerAutoConfiguration.class, GrpcServerFactoryAutoConfiguration.class))
		.withPropertyValues("grpc.server.address=127.0.0.1", "grpc.server.port=0",
				"grpc.server.shutdown-grace-period=0", "grpc.client.GLOBAL.negotiation-type=plaintext");

	@Test
	void scopeThatNoBeanIsInIsNotPartOfACall() {
		this.contextRunner.run((context) -> {
			List<ServerInterceptor> interceptors = context.getBean(GlobalServerInterceptorRegistry.class)
				.getServerInterceptors();
			assertThat(interceptors).noneMatch((interceptor) -> interceptor instanceof GrpcRequestScope);
			assertThat(context).hasSingleBean(GrpcRequestScope.class);
		});
	}

	@Test
	void beanInTheScopeIsAnotherOneInEveryCall() {
		this.contextRunner.withUserConfiguration(Application.class).run((context) -> {
			Application application = context.getBean(Application.class);
			Channel channel = context.getBean(GrpcChannelFactory.class)
				.createChannel("static://127.0.0.1:" + application.port);
			for (int call = 0; call < 2; call++) {
				HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
			}
			assertThat(application.seen).hasSize(4).element(0).isSameAs(application.seen.get(1));
			assertThat(application.seen.get(2)).isSameAs(application.seen.get(3)).isNotSameAs(application.seen.get(0));
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		private final List<Object> seen = new ArrayList<>();

		private int port;

		@EventListener
		void started(GrpcServerStartedEvent event) {
			Server server = event.getServer();
			this.port = server.getPort();
		}

		@Bean
		@Scope(GrpcRequestScope.GRPC_REQUEST_SCOPE_NAME)
		StringBuilder ofTheCall() {
			return new StringBuilder();
		}

		@GrpcService
		@Bean
		HealthGrpc.HealthImplBase health(ObjectProvider<StringBuilder> ofTheCall, Application application) {
			return new HealthGrpc.HealthImplBase() {

				@Override
				public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> client) {
					application.seen.add(ofTheCall.getObject());
					application.seen.add(ofTheCall.getObject());
					client.onNext(HealthCheckResponse.getDefaultInstance());
					client.onCompleted();
				}

			};
		}

	}

}
