package io.github.grpck8s.stack.netdevh;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Marks our beans as infrastructure. The stack builds channels for constructor parameters
 * while bean post-processors are still being registered, and Spring warns of every other
 * bean that is created so early.
 */
class InfrastructureRole implements BeanFactoryPostProcessor {

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		for (String name : beanFactory.getBeanDefinitionNames()) {
			if (name.startsWith("grpcK8s") || name.startsWith("grpc.k8s.") || name.startsWith("io.github.grpck8s.")) {
				beanFactory.getBeanDefinition(name).setRole(BeanDefinition.ROLE_INFRASTRUCTURE);
			}
		}
	}

}
