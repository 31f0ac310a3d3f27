package io.github.grpck8s.discovery.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import io.github.grpck8s.discovery.Discovery;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The meters of discovery.
 */
class DiscoveryMetersTests {

	private final AtomicLong now = new AtomicLong();

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final DiscoveryMeters meters = new DiscoveryMeters(this.now::get);

	@Test
	void everyMeterHasItsLabelsAndNoOther() {
		this.meters.bindTo(this.registry);
		everything("shop/users");
		for (DiscoveryMeter meter : DiscoveryMeter.values()) {
			assertThat(this.registry.find(meter.meterName()).meters()).as(meter.meterName())
				.isNotEmpty()
				.allSatisfy((found) -> assertThat(found.getId().getTags()).extracting(Tag::getKey)
					.containsExactlyInAnyOrderElementsOf(meter.labels()));
		}
		assertThat(this.registry.getMeters()).extracting((meter) -> meter.getId().getName())
			.isSubsetOf(List.of(DiscoveryMeter.values()).stream().map(DiscoveryMeter::meterName).toList());
	}

	@Test
	void gaugesShowWhatIsNow() {
		this.meters.told("shop/users", "ready", Map.of("z1", 2, "z2", 1), TimeUnit.MILLISECONDS.toNanos(5), true);
		this.meters.bindTo(this.registry);
		assertThat(endpoints("ready", "z1")).isEqualTo(2);
		this.meters.told("shop/users", "draining", Map.of("z1", 1), TimeUnit.MILLISECONDS.toNanos(7), false);
		assertThat(endpoints("ready", "z1")).isZero();
		assertThat(endpoints("draining", "z1")).isOne();
		assertThat(this.registry.get("grpc.k8s.discovery.topology.unknown").gauge().value()).isZero();
		assertThat(this.registry.get("grpc.k8s.discovery.emission.delay").timer().totalTime(TimeUnit.MILLISECONDS))
			.isEqualTo(7);
		this.meters.failed("shop/users", "500", true);
		assertThat(this.registry.get("grpc.k8s.discovery.stale").gauge().value()).isOne();
		this.now.set(TimeUnit.SECONDS.toNanos(90));
		assertThat(this.registry.get("grpc.k8s.discovery.watch.age").timeGauge().value(TimeUnit.SECONDS)).isEqualTo(90);
		this.meters.alive("shop/users");
		assertThat(this.registry.get("grpc.k8s.discovery.stale").gauge().value()).isZero();
		assertThat(this.registry.get("grpc.k8s.discovery.watch.age").timeGauge().value(TimeUnit.SECONDS)).isZero();
		this.meters.fellBack("shop/users", true);
		assertThat(this.registry.get("grpc.k8s.discovery.fallback").gauge().value()).isOne();
		this.meters.fellBack("shop/users", false);
		assertThat(this.registry.get("grpc.k8s.discovery.fallback").gauge().value()).isZero();
	}

	@Test
	void r90_labelsAreBoundedAndGoWithTheirService() {
		this.meters.bindTo(this.registry);
		for (int i = 0; i < 1000; i++) {
			this.meters.failed("shop/users", "code-" + i, false);
			this.meters.told("shop/users", "ready", Map.of("zone-" + i, 1), 1, false);
			this.meters.told("shop/service-" + i, "ready", Map.of("zone-" + i, 1), 1, false);
		}
		assertThat(this.registry.find("grpc.k8s.discovery.errors").meters()).hasSize(17);
		assertThat(this.registry.find("grpc.k8s.discovery.emissions").meters())
			.hasSize(DiscoveryMeters.MAX_SERVICES + 1);
		assertThat(this.registry.find("grpc.k8s.discovery.endpoints").tag("service", "shop/users").meters())
			.hasSize(DiscoveryMeters.MAX_ZONES + 1);
		this.meters.ended("shop/users");
		assertThat(this.registry.getMeters())
			.noneMatch((meter) -> "shop/users".equals(meter.getId().getTag("service")));
	}

	@Test
	void documentationShowsEveryMeter() throws IOException {
		String page = Files.readString(Path.of("..", "docs", "discovery.md"));
		assertThat(DiscoveryMeter.values()).allSatisfy((meter) -> assertThat(page).contains("| `" + meter.meterName()
				+ "` | " + meter.labels().stream().map((label) -> "`" + label + "`").collect(Collectors.joining(", "))
				+ " | " + meter.description() + " |"));
	}

	@Test
	void withoutMicrometerThereAreNone() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(DiscoveryAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((app) -> assertThat(app).hasNotFailed()
				.hasSingleBean(Discovery.class)
				.doesNotHaveBean("grpcK8sDiscoveryMeters"));
	}

	@Test
	void withMicrometerTheyAreBound() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(DiscoveryAutoConfiguration.class))
			.run((app) -> assertThat(app.getBean(MeterBinder.class)).isInstanceOf(DiscoveryMeters.class));
	}

	private double endpoints(String tier, String zone) {
		return this.registry.get("grpc.k8s.discovery.endpoints").tags("tier", tier, "zone", zone).gauge().value();
	}

	private void everything(String service) {
		this.meters.told(service, "ready", Map.of("z1", 1), 1, true);
		this.meters.familySwitched(service);
		this.meters.alive(service);
		this.meters.relisted(service);
		this.meters.restarted(service, "ended");
		this.meters.failed(service, "500", true);
		this.meters.refused(service, "UNAVAILABLE");
		this.meters.skipped(service, "address", 2);
	}

}
