package io.github.grpck8s.observability.autoconfigure;

import io.github.grpck8s.observability.CallContext;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.core.task.TaskDecorator;

/**
 * The context of a call reaches what it hands to Spring's executors: Boot gives each of
 * them every decorator that is a bean.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(TaskDecorator.class)
@ConditionalOnBooleanProperty(name = "grpc.k8s.observability.tracing.tasks", matchIfMissing = true)
class TasksConfiguration {

	// whoever asks for the one decorator means that of the application
	@Bean
	@Fallback
	TaskDecorator grpcK8sTaskDecorator() {
		return CallContext::wrap;
	}

}
