package io.github.grpck8s.stack.netdevh;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelServices;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.ServerFeature;
import io.github.grpck8s.ServerLifecycleListener;
import io.github.grpck8s.ServiceConfigFeature;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.TargetRule;
import io.grpc.Channel;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import net.devh.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;
import net.devh.boot.grpc.client.inject.GrpcClient;
import net.devh.boot.grpc.common.autoconfigure.GrpcCommonCodecAutoConfiguration;
import net.devh.boot.grpc.server.autoconfigure.GrpcHealthServiceAutoConfiguration;
import net.devh.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration;
import net.devh.boot.grpc.server.autoconfigure.GrpcServerFactoryAutoConfiguration;
import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link NetDevhStackAutoConfiguration}: real servers and channels of the
 * stack.
 */
@ExtendWith(OutputCaptureExtension.class)
class NetDevhStackAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(NetDevhStackAutoConfiguration.class, GrpcCommonCodecAutoConfiguration.class,
						GrpcClientAutoConfiguration.class, GrpcServerAutoConfiguration.class,
						GrpcServerFactoryAutoConfiguration.class, GrpcHealthServiceAutoConfiguration.class))
		.withPropertyValues("grpc.server.address=127.0.0.1", "grpc.server.port=0",
				"grpc.server.shutdown-grace-period=0", "grpc.client.GLOBAL.shutdown-grace-period=0");

	private final ServerEvents events = new ServerEvents();

	@Test
	void serverIsBuiltWithEveryFeatureOnce() {
		List<ServerBuilder<?>> seen = new ArrayList<>();
		this.contextRunner.withBean("a", ServerFeature.class, () -> seen::add).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(seen).hasSize(1);
		});
	}

	@Test
	void aConfigurerOfTheUserHasTheLastWord() {
		List<String> order = new ArrayList<>();
		this.contextRunner.withBean("users", GrpcServerConfigurer.class, () -> (server) -> order.add("user"))
			.withBean(ServerFeature.class, () -> (server) -> order.add("feature"))
			.run((context) -> assertThat(order).containsExactly("feature", "user"));
	}

	@Test
	void serverIsAnnouncedWhenItComesAndGoes() {
		this.contextRunner.withBean(ServerLifecycleListener.class, () -> this.events)
			.run((context) -> assertThat(this.events.started).hasSize(1));
		assertThat(this.events.stopping).isEqualTo(this.events.started);
		assertThat(this.events.wasShutdownWhenStopping).isFalse();
	}

	@Test
	void nobodyIsToldOfTheEndBeforeAllHaveWaited() {
		List<String> order = new ArrayList<>();
		this.contextRunner.withBean("first", ServerLifecycleListener.class, () -> new Order("first", order))
			.withBean("second", ServerLifecycleListener.class, () -> new Order("second", order))
			.run((context) -> assertThat(order).isEmpty());
		assertThat(order).containsExactly("first draining", "second draining", "first stopping", "second stopping");
	}

	@Test
	void channelIsBuiltWithNameTargetAndServiceConfig() {
		List<ChannelSpec> seen = new ArrayList<>();
		List<ChannelSpec> configured = new ArrayList<>();
		this.contextRunner.withBean(ChannelFeature.class, () -> (channel, builder) -> seen.add(channel))
			.withBean(ServiceConfigFeature.class, () -> (channel) -> {
				configured.add(channel);
				return Map.of("loadBalancingConfig", List.of(Map.of("round_robin", Map.of())));
			})
			.withPropertyValues("grpc.client.users.address=static://127.0.0.1:1")
			.run((context) -> {
				context.getBean(GrpcChannelFactory.class).createChannel("users");
				assertThat(seen).containsExactly(new ChannelSpec("users", "static://127.0.0.1:1"));
				assertThat(configured).isEqualTo(seen);
			});
	}

	@Test
	void channelWithoutAddressHasTheDefaultTarget() {
		List<ChannelSpec> seen = new ArrayList<>();
		this.contextRunner.withBean(ChannelFeature.class, () -> (channel, builder) -> seen.add(channel))
			.withPropertyValues("grpc.default-scheme=dns")
			.run((context) -> {
				context.getBean(GrpcChannelFactory.class).createChannel("users");
				assertThat(seen).containsExactly(new ChannelSpec("users", "dns:///users"));
			});
	}

	@Test
	void servicesOfInjectedStubsAreKnownBeforeTheirChannelIsBuilt() {
		List<Collection<ServiceDescriptor>> seen = new ArrayList<>();
		this.contextRunner.withBean(ChannelFeature.class, () -> (channel, builder) -> seen.add(List.of()))
			.withBean(Caller.class)
			.withBean(ByConstructor.class)
			.withPropertyValues("grpc.client.fields.address=static://127.0.0.1:1",
					"grpc.client.constructors.address=static://127.0.0.1:1")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				ChannelServices services = context.getBean(ChannelServices.class);
				assertThat(services.of(new ChannelSpec("fields", ""))).extracting(ServiceDescriptor::getName)
					.containsExactly("grpc.health.v1.Health");
				assertThat(services.of(new ChannelSpec("constructors", ""))).extracting(ServiceDescriptor::getName)
					.containsExactly("grpc.health.v1.Health");
				assertThat(services.of(new ChannelSpec("other", ""))).isEmpty();
			});
	}

	@Test
	void channelsOfConstructorsAreBuiltWithoutWarningsAboutUs(CapturedOutput output) {
		this.contextRunner.withBean("grpcK8sFeature", ChannelFeature.class, () -> (channel, builder) -> {
		})
			.withBean(ByConstructor.class)
			.withPropertyValues("grpc.client.constructors.address=static://127.0.0.1:1")
			.run((context) -> assertThat(output.toString().lines().filter((line) -> line.contains("not eligible")))
				.noneMatch((line) -> line.contains("grpcK8s") || line.contains("io.github.grpck8s")));
	}

	@Test
	void addressThatARuleRefusesStopsTheApplication() {
		this.contextRunner.withBean(TargetRule.class, () -> (target) -> {
			if (target.startsWith("k8s:")) {
				throw new IllegalArgumentException("Write k8s:///users:grpc.");
			}
		}).withPropertyValues("grpc.client.users.address=k8s://users:grpc").run((context) -> {
			assertThat(context).hasFailed();
			assertThat(context.getStartupFailure()).isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("'grpc.client.users.address' must be")
				.hasMessageContaining("k8s://users:grpc");
		});
	}

	@Test
	void handshakeWithAPlaintextServerNamesTheProperty() {
		this.contextRunner.withBean(ServerLifecycleListener.class, () -> this.events).run((context) -> {
			int port = this.events.started.get(0).getPort();
			this.contextRunner.withPropertyValues("grpc.client.users.address=static://127.0.0.1:" + port)
				.run((client) -> assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> check(client))
					.withMessageStartingWith("UNAVAILABLE")
					.withMessageContaining("Set 'grpc.client.users.negotiation-type' to 'plaintext'"));
			this.contextRunner
				.withPropertyValues("grpc.client.users.address=static://127.0.0.1:" + port,
						"grpc.client.users.negotiation-type=plaintext")
				.run((client) -> assertThat(check(client).getStatus())
					.isEqualTo(HealthCheckResponse.ServingStatus.SERVING));
		});
	}

	private static HealthCheckResponse check(AssertableApplicationContext context) {
		Channel channel = context.getBean(GrpcChannelFactory.class).createChannel("users");
		return HealthGrpc.newBlockingStub(channel)
			.withDeadlineAfter(10, TimeUnit.SECONDS)
			.check(HealthCheckRequest.getDefaultInstance());
	}

	@Test
	void whenNetDevhIsMissingBacksOff() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(NetDevhStackAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("net.devh"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(StackSettings.class));
	}

	@Test
	void whenOnlyTheServerIsThereItIsEnough() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(NetDevhStackAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("net.devh.boot.grpc.client"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(StackSettings.class)
				.hasBean("grpcK8sServerConfigurer"));
	}

	static class Caller {

		@GrpcClient("fields")
		HealthGrpc.HealthBlockingStub health;

	}

	static class ByConstructor {

		final HealthGrpc.HealthFutureStub health;

		ByConstructor(@GrpcClient("constructors") HealthGrpc.HealthFutureStub health) {
			this.health = health;
		}

	}

	static class ServerEvents implements ServerLifecycleListener {

		final List<Server> started = new ArrayList<>();

		final List<Server> stopping = new ArrayList<>();

		boolean wasShutdownWhenStopping;

		@Override
		public void started(Server server) {
			this.started.add(server);
		}

		@Override
		public void stopping(Server server) {
			this.wasShutdownWhenStopping = server.isShutdown();
			this.stopping.add(server);
		}

	}

	private record Order(String name, List<String> order) implements ServerLifecycleListener {

		@Override
		public void draining(Server server) {
			this.order.add(this.name + " draining");
		}

		@Override
		public void stopping(Server server) {
			this.order.add(this.name + " stopping");
		}

	}

}
