package io.github.grpck8s.discovery;

import java.util.Map;

/**
 * Is told what discovery does, for meters. Called on threads of discovery and of
 * channels: must return at once and must not throw. A service is named
 * {@code namespace/name}.
 */
public interface DiscoveryListener {

	/**
	 * A channel was told endpoints.
	 * @param service the Service
	 * @param tier {@code ready}, {@code draining} or {@code none}
	 * @param zones how many endpoints there are in each zone; endpoints whose zone is not
	 * known are those of the zone {@code unknown}
	 * @param delayNanos the time since the first change that it was not told before
	 * @param topologyUnknown whether there are hints but the own place is not known
	 */
	default void told(String service, String tier, Map<String, Integer> zones, long delayNanos,
			boolean topologyUnknown) {
	}

	/**
	 * A channel was told endpoints of another IP family than before.
	 * @param service the Service
	 */
	default void familySwitched(String service) {
	}

	/**
	 * The API server proved that the watch lives.
	 * @param service the Service
	 */
	default void alive(String service) {
	}

	/**
	 * A list came that is not the first.
	 * @param service the Service
	 */
	default void relisted(String service) {
	}

	/**
	 * A watch has to be started anew though nothing failed.
	 * @param service the Service
	 * @param reason {@code ended}, {@code expired} or {@code silent}
	 */
	default void restarted(String service, String reason) {
	}

	/**
	 * A list or watch failed.
	 * @param service the Service
	 * @param code an HTTP status, {@code unreachable} or {@code garbled}
	 * @param stale whether channels go on with endpoints that were known before
	 */
	default void failed(String service, String code, boolean stale) {
	}

	/**
	 * A channel did not take what it was told. A policy that is told an empty list says
	 * so too.
	 * @param service the Service
	 * @param code the name of the gRPC status
	 */
	default void refused(String service, String code) {
	}

	/**
	 * Something in what the API server said was left out.
	 * @param service the Service
	 * @param reason {@code malformed}: a slice, an endpoint or an event that cannot be
	 * read; {@code address}: an address of an endpoint that is not its first
	 * @param count how often
	 */
	default void skipped(String service, String reason, int count) {
	}

	/**
	 * Channels are told what DNS says because slices cannot be listed, or no longer.
	 * @param service the Service
	 * @param dns whether DNS is asked now
	 */
	default void fellBack(String service, boolean dns) {
	}

	/**
	 * The Service is no longer followed.
	 * @param service the Service
	 */
	default void ended(String service) {
	}

}
