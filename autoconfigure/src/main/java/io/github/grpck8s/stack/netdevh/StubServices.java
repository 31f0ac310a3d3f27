package io.github.grpck8s.stack.netdevh;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import io.github.grpck8s.ChannelServices;
import io.github.grpck8s.ChannelSpec;
import io.grpc.ServiceDescriptor;
import io.grpc.stub.AbstractStub;
import net.devh.boot.grpc.client.inject.GrpcClient;
import net.devh.boot.grpc.client.inject.GrpcClientBean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The services of the stubs that the application has injected with {@code @GrpcClient}.
 * The classes of all beans are looked at once, when the first channel is built, without
 * creating a bean. A stub that is made by hand from an injected {@code Channel} is not
 * seen.
 */
class StubServices implements ChannelServices {

	private static final Logger logger = LoggerFactory.getLogger(StubServices.class);

	private final ConfigurableListableBeanFactory beanFactory;

	private @Nullable Map<String, Map<String, ServiceDescriptor>> byChannel;

	StubServices(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public synchronized Collection<ServiceDescriptor> of(ChannelSpec channel) {
		Map<String, Map<String, ServiceDescriptor>> found = this.byChannel;
		if (found == null) {
			found = find();
			this.byChannel = found;
		}
		return found.getOrDefault(channel.name(), Map.of()).values();
	}

	private Map<String, Map<String, ServiceDescriptor>> find() {
		Map<String, Map<String, ServiceDescriptor>> found = new HashMap<>();
		for (String name : this.beanFactory.getBeanDefinitionNames()) {
			Class<?> type = this.beanFactory.getType(name, false);
			for (Class<?> level = type; level != null && isOfTheApplication(level); level = level.getSuperclass()) {
				findIn(level, found);
			}
		}
		return found;
	}

	private static boolean isOfTheApplication(Class<?> type) {
		String name = type.getName();
		return !name.startsWith("java.") && !name.startsWith("org.springframework.") && !name.startsWith("net.devh.")
				&& !name.startsWith("io.grpc.");
	}

	private static void findIn(Class<?> type, Map<String, Map<String, ServiceDescriptor>> found) {
		try {
			for (Field field : type.getDeclaredFields()) {
				add(field, field.getType(), found);
			}
			for (Method method : type.getDeclaredMethods()) {
				if (method.getParameterCount() == 1) {
					add(method, method.getParameterTypes()[0], found);
				}
				findInParameters(method, found);
			}
			for (Constructor<?> constructor : type.getDeclaredConstructors()) {
				findInParameters(constructor, found);
			}
			Set<GrpcClientBean> beans = AnnotatedElementUtils.getMergedRepeatableAnnotations(type,
					GrpcClientBean.class);
			for (GrpcClientBean bean : beans) {
				add(bean.client(), bean.clazz(), found);
			}
		}
		catch (LinkageError ex) {
			logger.debug("Not looked at for stubs: {}", type.getName(), ex);
		}
	}

	private static void findInParameters(Executable executable, Map<String, Map<String, ServiceDescriptor>> found) {
		for (Parameter parameter : executable.getParameters()) {
			add(parameter, parameter.getType(), found);
		}
	}

	private static void add(AnnotatedElement element, Class<?> type,
			Map<String, Map<String, ServiceDescriptor>> found) {
		GrpcClient client = AnnotatedElementUtils.findMergedAnnotation(element, GrpcClient.class);
		if (client != null) {
			add(client, type, found);
		}
	}

	private static void add(GrpcClient client, Class<?> type, Map<String, Map<String, ServiceDescriptor>> found) {
		ServiceDescriptor service = serviceOf(type);
		if (service != null) {
			found.computeIfAbsent(client.value(), (name) -> new LinkedHashMap<>()).put(service.getName(), service);
		}
	}

	// generated stubs are nested in a class that has getServiceDescriptor()
	private static @Nullable ServiceDescriptor serviceOf(Class<?> stub) {
		Class<?> outer = stub.getEnclosingClass();
		if (outer == null || !AbstractStub.class.isAssignableFrom(stub)) {
			return null;
		}
		Method method = ReflectionUtils.findMethod(outer, "getServiceDescriptor");
		return (method != null && method.getReturnType() == ServiceDescriptor.class)
				? (ServiceDescriptor) ReflectionUtils.invokeMethod(method, null) : null;
	}

}
