package io.github.grpck8s.discovery.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

import io.github.grpck8s.discovery.DiscoveryListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Counts what discovery does. Labels are bounded: so many Services, zones and codes, the
 * rest is {@code other}. Thread-safe.
 */
final class DiscoveryMeters implements DiscoveryListener, MeterBinder {

	static final int MAX_SERVICES = 100;

	static final int MAX_ZONES = 16;

	private static final int MAX_CODES = 16;

	private static final String OTHER = "other";

	private final LongSupplier ticker;

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	private final ConcurrentMap<String, Followed> services = new ConcurrentHashMap<>();

	private final Set<String> zones = ConcurrentHashMap.newKeySet();

	private final Set<String> codes = ConcurrentHashMap.newKeySet();

	DiscoveryMeters(LongSupplier ticker) {
		this.ticker = ticker;
	}

	@Override
	public synchronized void bindTo(MeterRegistry registry) {
		this.registries.add(registry);
		this.services.values().forEach((service) -> service.bindTo(registry));
	}

	private Followed followed(String name) {
		Followed known = this.services.get(name);
		return (known != null) ? known : follow(name);
	}

	private synchronized Followed follow(String name) {
		String key = (this.services.containsKey(name) || this.services.size() < MAX_SERVICES) ? name : OTHER;
		return this.services.computeIfAbsent(key, (service) -> {
			Followed made = new Followed(service);
			this.registries.forEach(made::bindTo);
			return made;
		});
	}

	private static String bounded(String value, Set<String> known, int max) {
		if (!known.contains(value) && known.size() >= max) {
			return OTHER;
		}
		known.add(value);
		return value;
	}

	private void count(DiscoveryMeter meter, String service, String... further) {
		count(meter, 1, service, further);
	}

	private void count(DiscoveryMeter meter, int times, String service, String... further) {
		Tags tags = Tags.of("service", followed(service).name).and(further);
		for (MeterRegistry registry : this.registries) {
			Counter.builder(meter.meterName())
				.description(meter.description())
				.tags(tags)
				.register(registry)
				.increment(times);
		}
	}

	@Override
	public void told(String service, String tier, Map<String, Integer> endpoints, long delayNanos,
			boolean topologyUnknown) {
		Followed followed = followed(service);
		followed.topologyUnknown = topologyUnknown;
		followed.told(tier, endpoints);
		count(DiscoveryMeter.EMISSIONS, service);
		for (MeterRegistry registry : this.registries) {
			Timer.builder(DiscoveryMeter.EMISSION_DELAY.meterName())
				.description(DiscoveryMeter.EMISSION_DELAY.description())
				.tag("service", followed.name)
				.register(registry)
				.record(Duration.ofNanos(delayNanos));
		}
	}

	@Override
	public void familySwitched(String service) {
		count(DiscoveryMeter.FAMILY_SWITCHES, service);
	}

	@Override
	public void alive(String service) {
		Followed followed = followed(service);
		followed.aliveAt = this.ticker.getAsLong();
		followed.stale = false;
	}

	@Override
	public void relisted(String service) {
		count(DiscoveryMeter.RELISTS, service);
	}

	@Override
	public void restarted(String service, String reason) {
		count(DiscoveryMeter.RESTARTS, service, "reason", reason);
	}

	@Override
	public void failed(String service, String code, boolean stale) {
		followed(service).stale = stale;
		count(DiscoveryMeter.ERRORS, service, "code", bounded(code, this.codes, MAX_CODES));
	}

	@Override
	public void refused(String service, String code) {
		count(DiscoveryMeter.REFUSALS, service, "code", code);
	}

	@Override
	public void skipped(String service, String reason, int count) {
		count(DiscoveryMeter.SKIPPED, count, service, "reason", reason);
	}

	@Override
	public void fellBack(String service, boolean dns) {
		followed(service).fallback = dns;
	}

	@Override
	public synchronized void ended(String service) {
		Followed gone = this.services.remove(service);
		if (gone != null) {
			for (MeterRegistry registry : this.registries) {
				for (DiscoveryMeter meter : DiscoveryMeter.values()) {
					registry.find(meter.meterName()).tag("service", service).meters().forEach(registry::remove);
				}
			}
		}
	}

	/**
	 * What the gauges of one Service show.
	 */
	private final class Followed {

		private final String name;

		private final ConcurrentMap<List<String>, Integer> endpoints = new ConcurrentHashMap<>();

		private volatile long aliveAt;

		private volatile boolean stale;

		private volatile boolean topologyUnknown;

		private volatile boolean fallback;

		Followed(String name) {
			this.name = name;
			this.aliveAt = DiscoveryMeters.this.ticker.getAsLong();
		}

		synchronized void bindTo(MeterRegistry registry) {
			gauge(registry, DiscoveryMeter.STALE, (service) -> service.stale ? 1 : 0, Tags.empty());
			gauge(registry, DiscoveryMeter.FALLBACK, (service) -> service.fallback ? 1 : 0, Tags.empty());
			gauge(registry, DiscoveryMeter.TOPOLOGY_UNKNOWN, (service) -> service.topologyUnknown ? 1 : 0,
					Tags.empty());
			TimeGauge
				.builder(DiscoveryMeter.WATCH_AGE.meterName(), this, TimeUnit.NANOSECONDS,
						(service) -> DiscoveryMeters.this.ticker.getAsLong() - service.aliveAt)
				.description(DiscoveryMeter.WATCH_AGE.description())
				.tag("service", this.name)
				.register(registry);
			this.endpoints.keySet().forEach((key) -> bindEndpoints(registry, key));
		}

		synchronized void told(String tier, Map<String, Integer> zonesNow) {
			this.endpoints.replaceAll((key, count) -> 0);
			zonesNow.forEach((zone, count) -> {
				List<String> key = List.of(tier, bounded(zone, DiscoveryMeters.this.zones, MAX_ZONES));
				boolean known = this.endpoints.containsKey(key);
				this.endpoints.merge(key, count, Integer::sum);
				if (!known) {
					DiscoveryMeters.this.registries.forEach((registry) -> bindEndpoints(registry, key));
				}
			});
		}

		private void bindEndpoints(MeterRegistry registry, List<String> key) {
			gauge(registry, DiscoveryMeter.ENDPOINTS, (service) -> service.endpoints.getOrDefault(key, 0),
					Tags.of("tier", key.get(0), "zone", key.get(1)));
		}

		private void gauge(MeterRegistry registry, DiscoveryMeter meter, ToDoubleFunction<Followed> value,
				Tags further) {
			Gauge.builder(meter.meterName(), this, value)
				.description(meter.description())
				.tags(Tags.of("service", this.name).and(further))
				.register(registry);
		}

	}

}
