package io.github.grpck8s.stack.netdevh;

import java.util.Arrays;
import java.util.List;

import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.server.interceptor.GlobalServerInterceptorConfigurer;
import net.devh.boot.grpc.server.scope.GrpcRequestScope;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Takes the stack's scope {@code grpcRequest} out of the way of calls if no bean is in
 * it: it costs every call a context, a listener of that context and a map of beans.
 */
class UnusedRequestScope implements GlobalServerInterceptorConfigurer {

	private final ConfigurableListableBeanFactory beanFactory;

	UnusedRequestScope(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public void configureServerInterceptors(List<ServerInterceptor> interceptors) {
		if (!isUsed()) {
			interceptors.removeIf((interceptor) -> interceptor instanceof GrpcRequestScope);
		}
	}

	private boolean isUsed() {
		return Arrays.stream(this.beanFactory.getBeanDefinitionNames())
			.map(this.beanFactory::getMergedBeanDefinition)
			.map(BeanDefinition::getScope)
			.anyMatch(GrpcRequestScope.GRPC_REQUEST_SCOPE_NAME::equals);
	}

}
