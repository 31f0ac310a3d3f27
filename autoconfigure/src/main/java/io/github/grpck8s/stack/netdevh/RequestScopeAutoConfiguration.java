package io.github.grpck8s.stack.netdevh;

import net.devh.boot.grpc.server.scope.GrpcRequestScope;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for what the net.devh stack does for every call although nobody
 * needs it. After the stack's own, because its configurers act in the order of their
 * definitions.
 */
@AutoConfiguration(afterName = "net.devh.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration")
@ConditionalOnClass(GrpcRequestScope.class)
public final class RequestScopeAutoConfiguration {

	@Bean
	@ConditionalOnBean(GrpcRequestScope.class)
	UnusedRequestScope grpcK8sUnusedRequestScope(ConfigurableListableBeanFactory beanFactory) {
		return new UnusedRequestScope(beanFactory);
	}

}
