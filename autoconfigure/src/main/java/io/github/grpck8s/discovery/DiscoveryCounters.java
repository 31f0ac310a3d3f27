package io.github.grpck8s.discovery;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what discovery left out. Thread-safe.
 */
final class DiscoveryCounters {

	private static final System.Logger logger = System.getLogger("io.github.grpck8s.discovery");

	private final LongAdder malformed = new LongAdder();

	private final LongAdder extraAddresses = new LongAdder();

	private final Set<ServiceKey> warned = ConcurrentHashMap.newKeySet();

	/**
	 * An item that cannot be read was skipped.
	 */
	void malformed() {
		this.malformed.increment();
	}

	/**
	 * Only the first address of an endpoint is meaningful.
	 */
	void extraAddresses(int count) {
		this.extraAddresses.add(count);
	}

	/**
	 * The address type FQDN is deprecated and has no semantics.
	 */
	void fqdn(ServiceKey service, String slice) {
		if (this.warned.add(service)) {
			logger.log(System.Logger.Level.WARNING,
					"EndpointSlice {0} of {1} has the deprecated address type FQDN and is ignored; use dns:/// for names",
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
