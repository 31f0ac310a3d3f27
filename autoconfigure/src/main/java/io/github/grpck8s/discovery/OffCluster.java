package io.github.grpck8s.discovery;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that the addresses of pods can usually not be reached from outside of their
 * cluster: connections to them only time out. Thread-safe.
 */
final class OffCluster {

	private static final Logger logger = LoggerFactory.getLogger(OffCluster.class);

	private final AtomicBoolean said = new AtomicBoolean();

	private final boolean inCluster;

	OffCluster(boolean inCluster) {
		this.inCluster = inCluster;
	}

	/**
	 * See what a Service has.
	 */
	void see(ServiceKey service, Collection<Slice> slices) {
		boolean pods = !this.inCluster && !this.said.get()
				&& slices.stream()
					.flatMap((slice) -> slice.endpoints.stream())
					.anyMatch((endpoint) -> !endpoint.data.address().isLoopbackAddress());
		if (pods && this.said.compareAndSet(false, true)) {
			logger.warn(
					"This process does not run in a pod, and the addresses of the pods of {} can usually be reached only within their cluster: if calls fail, run 'kubectl port-forward -n {} service/{} 9090:<port>' and set grpc.k8s.discovery.static.{}.{}=127.0.0.1:9090",
					service, service.namespace(), service.service(), service.service(), service.namespace());
		}
	}

}
