package io.github.grpck8s.discovery;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes on what discovery does; one listener that fails does not keep it from the
 * others. Thread-safe.
 */
final class DiscoveryListeners implements DiscoveryListener {

	private static final Logger logger = LoggerFactory.getLogger(DiscoveryListeners.class);

	private final List<DiscoveryListener> listeners = new CopyOnWriteArrayList<>();

	void add(DiscoveryListener listener) {
		this.listeners.add(listener);
	}

	void remove(DiscoveryListener listener) {
		this.listeners.remove(listener);
	}

	private void each(Consumer<DiscoveryListener> action) {
		for (DiscoveryListener listener : this.listeners) {
			try {
				action.accept(listener);
			}
			catch (RuntimeException ex) {
				logger.debug("A listener of discovery failed", ex);
			}
		}
	}

	@Override
	public void told(String service, String tier, Map<String, Integer> zones, long delayNanos,
			boolean topologyUnknown) {
		each((listener) -> listener.told(service, tier, zones, delayNanos, topologyUnknown));
	}

	@Override
	public void familySwitched(String service) {
		each((listener) -> listener.familySwitched(service));
	}

	@Override
	public void alive(String service) {
		each((listener) -> listener.alive(service));
	}

	@Override
	public void relisted(String service) {
		each((listener) -> listener.relisted(service));
	}

	@Override
	public void restarted(String service, String reason) {
		each((listener) -> listener.restarted(service, reason));
	}

	@Override
	public void failed(String service, String code, boolean stale) {
		each((listener) -> listener.failed(service, code, stale));
	}

	@Override
	public void refused(String service, String code) {
		each((listener) -> listener.refused(service, code));
	}

	@Override
	public void skipped(String service, String reason, int count) {
		each((listener) -> listener.skipped(service, reason, count));
	}

	@Override
	public void fellBack(String service, boolean dns) {
		each((listener) -> listener.fellBack(service, dns));
	}

	@Override
	public void ended(String service) {
		each((listener) -> listener.ended(service));
	}

}
