package io.github.grpck8s.discovery.autoconfigure;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.discovery.Discovery;
import io.github.grpck8s.discovery.DiscoverySettings;
import io.github.grpck8s.discovery.DiscoverySettings.Fallback;
import io.github.grpck8s.discovery.DnsSettings;
import io.github.grpck8s.discovery.FixedEndpoint;
import io.github.grpck8s.discovery.IpFamily;
import io.grpc.ManagedChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;

/**
 * How discovery is wired.
 */
class DiscoveryAutoConfigurationTests {

	private final ApplicationContextRunner context = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DiscoveryAutoConfiguration.class));

	@Test
	void byDefaultKubernetesChannelsBringDiscoveryAndOthersDoNot() {
		this.context.run((app) -> {
			ChannelFeature feature = app.getBean(ChannelFeature.class);
			ManagedChannelBuilder<?> kubernetes = mock();
			feature.applyTo(new ChannelSpec("users", "k8s:///users.shop:grpc"), kubernetes);
			verify(kubernetes).setNameResolverArg(any(), eq(app.getBean(Discovery.class)));
			ManagedChannelBuilder<?> other = mock();
			feature.applyTo(new ChannelSpec("users", "dns:///users"), other);
			verifyNoInteractions(other);
		});
	}

	@Test
	void defaultsAreThoseOfTheDocumentation() {
		this.context.run(
				(app) -> assertThat(app.getBean(DiscoveryProperties.class))
					.isEqualTo(
							new DiscoveryProperties(true, null, null, null, IpFamily.AUTO, false,
									Duration.ofSeconds(150), Duration.ofMinutes(10), Duration.ofSeconds(10), Map.of(),
									Fallback.NONE, new DiscoveryProperties.Dns(Duration.ofSeconds(5),
											Duration.ofSeconds(1), Duration.ofSeconds(10), null, List.of()),
									false, false, false, 2)));
	}

	@Test
	void propertiesAreBound() {
		this.context
			.withPropertyValues("grpc.k8s.discovery.namespace=shop", "grpc.k8s.discovery.zone=z1",
					"grpc.k8s.discovery.node=", "grpc.k8s.discovery.ip-family=ipv6",
					"grpc.k8s.discovery.strict-ip-family=true", "grpc.k8s.discovery.watch-silence=3m",
					"grpc.k8s.discovery.linger=0s", "grpc.k8s.discovery.initial-timeout=1s",
					"grpc.k8s.discovery.static.users.shop=127.0.0.1:1,localhost:2",
					"grpc.k8s.discovery.static.orders[0]=[::1]:3", "grpc.k8s.discovery.fallback=dns",
					"grpc.k8s.discovery.dns.interval=2s", "grpc.k8s.discovery.dns.timeout=300ms",
					"grpc.k8s.discovery.dns.hold=0s", "grpc.k8s.discovery.dns.cluster-domain=k8s.example",
					"grpc.k8s.discovery.dns.servers=10.96.0.10,[fd00::a]:5353,fd00::b,10.0.0.1:54",
					"grpc.k8s.discovery.literal-ports=true", "grpc.k8s.discovery.look-up-node=true",
					"grpc.k8s.discovery.prefer-own-zone=true", "grpc.k8s.discovery.minimum-in-zone=3")
			.run((app) -> assertThat(app.getBean(DiscoveryProperties.class).settings()).satisfies((settings) -> {
				assertThat(settings.namespace()).isEqualTo("shop");
				assertThat(settings.zone()).isEqualTo("z1");
				assertThat(settings.node()).isNull();
				assertThat(settings.ipFamily()).isEqualTo(IpFamily.IPV6);
				assertThat(settings.strictIpFamily()).isTrue();
				assertThat(settings.watchSilence()).isEqualTo(Duration.ofMinutes(3));
				assertThat(settings.linger()).isZero();
				assertThat(settings.initialTimeout()).isEqualTo(Duration.ofSeconds(1));
				assertThat(settings.fixed()).containsOnly(
						Map.entry("users.shop",
								List.of(new FixedEndpoint("127.0.0.1", 1), new FixedEndpoint("localhost", 2))),
						Map.entry("orders", List.of(new FixedEndpoint("::1", 3))));
				assertThat(settings.fallback()).isEqualTo(Fallback.DNS);
				assertThat(settings.dns()).isEqualTo(
						new DnsSettings(Duration.ofSeconds(2), Duration.ofMillis(300), Duration.ZERO, "k8s.example",
								List.of(new InetSocketAddress("10.96.0.10", 53), new InetSocketAddress("fd00::a", 5353),
										new InetSocketAddress("fd00::b", 53), new InetSocketAddress("10.0.0.1", 54))));
				assertThat(settings.literalPorts()).isTrue();
				assertThat(settings.lookUpNode()).isTrue();
				assertThat(settings.minimumInZone()).isEqualTo(3);
			}));
	}

	@ParameterizedTest
	@ValueSource(strings = { "namespace=Shop!", "watch-silence=0s", "linger=-1s", "initial-timeout=0s",
			"static.users=9090", "dns.interval=10ms", "dns.timeout=0s", "dns.hold=-1s", "dns.cluster-domain=a b",
			"dns.servers=dns.example", "minimum-in-zone=0" })
	void badSettingsStopTheApplicationByName(String setting) {
		String name = "grpc.k8s.discovery." + setting.substring(0, setting.indexOf('='));
		this.context.withPropertyValues("grpc.k8s.discovery." + setting)
			.run((app) -> assertThat(app).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidSettingException.class,
						(failure) -> assertThat(failure.getProperty()).isEqualTo(name)));
	}

	@Test
	void clientIsNotAskedBeforeAChannelResolves() {
		this.context.withBean(KubernetesClient.class, () -> {
			throw new IllegalStateException("made too early");
		}, (definition) -> definition.setLazyInit(true)).run((app) -> assertThat(app).hasNotFailed());
	}

	@Test
	void aTargetWithoutNamespaceIsRefusedWhereNothingSaysOne() {
		this.context
			.withBean(KubernetesClient.class, () -> new KubernetesClientBuilder().withConfig(Config.empty()).build())
			.run((app) -> assertThatExceptionOfType(InvalidSettingException.class)
				.isThrownBy(() -> app.getBean("grpcK8sDiscoveryChannelFeature", ChannelFeature.class)
					.applyTo(new ChannelSpec("users", "k8s:///users:grpc"), NettyChannelBuilder.forTarget("dns:///a")))
				.withMessageContaining(
						"'grpc.k8s.discovery.namespace' must be set for the target 'k8s:///users:grpc'"));
	}

	@Test
	void whenSwitchedOffThereIsNothing() {
		this.context.withPropertyValues("grpc.k8s.discovery.enabled=false")
			.run((app) -> assertThat(app).doesNotHaveBean(Discovery.class).doesNotHaveBean(ChannelFeature.class));
	}

	@Test
	void whenUserDefinesBeanBacksOff() {
		Discovery own = Discovery.of(new DiscoverySettings("own", null, null, IpFamily.AUTO, false,
				Duration.ofSeconds(150), Duration.ofMinutes(10), Duration.ofSeconds(15)), () -> null);
		this.context.withBean(Discovery.class, () -> own)
			.run((app) -> assertThat(app.getBean(Discovery.class)).isSameAs(own));
	}

	@Test
	void fallbackWithoutItsLibraryIsRefused() {
		this.context.withPropertyValues("grpc.k8s.discovery.fallback=dns")
			.withClassLoader(new FilteredClassLoader("org.xbill.DNS"))
			.run((app) -> assertThat(app).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidSettingException.class,
						(failure) -> assertThat(failure.getRemedy()).contains("dnsjava:dnsjava")));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void severalClientsWithoutAPrimaryOneAreSaid(CapturedOutput output) {
		this.context.withBean("first", KubernetesClient.class, () -> mock(KubernetesClient.class))
			.withBean("second", KubernetesClient.class, () -> mock(KubernetesClient.class))
			.run((app) -> {
				assertThat(new ApplicationClient(app.getBeanFactory()).get()).isNull();
				assertThat(output).contains("There are 2 beans of type KubernetesClient (first, second)", "@Primary");
			});
	}

	@ParameterizedTest
	@ValueSource(classes = { KubernetesClient.class, ManagedChannelBuilder.class })
	void whenALibraryIsMissingThereIsNothing(Class<?> library) {
		this.context.withClassLoader(new FilteredClassLoader(library))
			.run((app) -> assertThat(app).hasNotFailed().doesNotHaveBean("grpcK8sDiscovery"));
	}

}
