package io.github.grpck8s;

import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Calls that are made by the platform and not by a user of the application: health
 * probes, reflection and channelz. They leave no spans, no meters and no log lines, need
 * no deadline, and nobody waits for them at shutdown.
 */
public final class InfrastructureCalls {

	private InfrastructureCalls() {
	}

	/**
	 * Whether a method belongs to the platform.
	 * @param method the method that is called
	 * @return whether its service is one of health, reflection and channelz
	 */
	public static boolean contains(MethodDescriptor<?, ?> method) {
		return containsService(method.getServiceName());
	}

	/**
	 * Whether a service belongs to the platform.
	 * @param service the full name of the service
	 * @return whether it is one of health, reflection and channelz
	 */
	public static boolean containsService(@Nullable String service) {
		return service != null && service.startsWith("grpc.") && (service.startsWith("grpc.health.")
				|| service.startsWith("grpc.reflection.") || service.startsWith("grpc.channelz."));
	}

}
