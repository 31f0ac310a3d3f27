package io.github.grpck8s.discovery;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what discovery left out. Thread-safe.
 */
final class DiscoveryCounters {

	private static final Logger logger = LoggerFactory.getLogger(DiscoveryCounters.class);

	private final LongAdder malformed = new LongAdder();

	private final LongAdder extraAddresses = new LongAdder();

	private final Set<ServiceKey> warned = ConcurrentHashMap.newKeySet();

	private final DiscoveryListener listener;

	DiscoveryCounters() {
		this(new DiscoveryListeners());
	}

	/**
	 * Create counters.
	 * @param listener is told what is counted
	 */
	DiscoveryCounters(DiscoveryListener listener) {
		this.listener = listener;
	}

	/**
	 * An item that cannot be read was skipped.
	 */
	void malformed(ServiceKey service) {
		this.malformed.increment();
		this.listener.skipped(service.toString(), "malformed", 1);
	}

	/**
	 * Only the first address of an endpoint is meaningful.
	 */
	void extraAddresses(ServiceKey service, int count) {
		this.extraAddresses.add(count);
		this.listener.skipped(service.toString(), "address", count);
	}

	/**
	 * The address type FQDN is deprecated and has no semantics.
	 */
	void fqdn(ServiceKey service, String slice) {
		if (this.warned.add(service)) {
			logger.warn(
					"EndpointSlice {} of {} has the deprecated address type FQDN and is ignored; use dns:/// for names",
					slice, service);
		}
	}

	long malformedCount() {
		return this.malformed.sum();
	}

	long extraAddressCount() {
		return this.extraAddresses.sum();
	}

}
