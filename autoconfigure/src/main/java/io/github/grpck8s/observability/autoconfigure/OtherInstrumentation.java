package io.github.grpck8s.observability.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * What else in the application observes its calls. Ours stands down beside it: nothing is
 * to be seen twice.
 */
final class OtherInstrumentation {

	private static final String MICROMETER_TRACER = "io.micrometer.tracing.Tracer";

	private static final String GRPC_BINDER = "io.micrometer.core.instrument.binder.grpc.";

	private final ListableBeanFactory beans;

	OtherInstrumentation(ListableBeanFactory beans) {
		this.beans = beans;
	}

	/** Micrometer's observation makes spans only with a tracer. */
	boolean tracesServers() {
		return has(GRPC_BINDER + "ObservationGrpcServerInterceptor") && has(MICROMETER_TRACER);
	}

	boolean tracesClients() {
		return has(GRPC_BINDER + "ObservationGrpcClientInterceptor") && has(MICROMETER_TRACER);
	}

	/** The beans of net.devh's starter that keep meters of the same names. */
	boolean measuresServers() {
		return this.beans.containsBean("streamTracerFactoryConfigurer");
	}

	boolean measuresClients() {
		return this.beans.containsBean("metricsClientInterceptor");
	}

	private boolean has(String typeName) {
		Class<?> type = resolve(typeName);
		// channels are built early: no bean may be created for this question
		return type != null && this.beans.getBeanNamesForType(type, true, false).length > 0;
	}

	private @Nullable Class<?> resolve(String typeName) {
		try {
			return ClassUtils.forName(typeName, getClass().getClassLoader());
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return null;
		}
	}

}
