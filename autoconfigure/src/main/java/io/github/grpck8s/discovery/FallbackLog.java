package io.github.grpck8s.discovery;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once for all channels of an application that a Service is asked of DNS, and once
 * that it no longer is. Thread-safe.
 */
final class FallbackLog {

	private static final Logger logger = LoggerFactory.getLogger(FallbackLog.class);

	private final Set<ServiceKey> services = ConcurrentHashMap.newKeySet();

	private final DiscoveryListener listener;

	FallbackLog(DiscoveryListener listener) {
		this.listener = listener;
	}

	void began(ServiceKey service, @Nullable Problem problem) {
		if (this.services.add(service)) {
			// the Role was said when the list was refused
			logger.warn(
					"Asking DNS for the pods of {} until their EndpointSlices can be listed ({}): changes are seen later, and neither zones nor pods that are terminating are known",
					service, (problem != null) ? problem.code() : "no answer of the API server yet");
			this.listener.fellBack(service.toString(), true);
		}
	}

	void ended(ServiceKey service) {
		if (this.services.remove(service)) {
			logger.warn("The EndpointSlices of {} can be listed: DNS is no longer asked", service);
			this.listener.fellBack(service.toString(), false);
		}
	}

}
