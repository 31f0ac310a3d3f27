package io.github.grpck8s.health.autoconfigure;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.GrpcWarmUp;
import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.health.HealthCheckedChannels;
import io.github.grpck8s.health.HealthMeters;
import io.github.grpck8s.health.HealthOnlyServer;
import io.github.grpck8s.health.IndicatorPoller;
import io.github.grpck8s.health.ServerHealth;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.application.AvailabilityHealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The wiring of the health room.
 */
@ExtendWith(OutputCaptureExtension.class)
class HealthAutoConfigurationTests {

	private final ApplicationContextRunner bare = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(ApplicationAvailabilityAutoConfiguration.class, HealthAutoConfiguration.class));

	private final ApplicationContextRunner actuator = this.bare
		.withConfiguration(AutoConfigurations.of(AvailabilityHealthContributorAutoConfiguration.class,
				AvailabilityProbesAutoConfiguration.class, HealthContributorAutoConfiguration.class,
				HealthContributorRegistryAutoConfiguration.class, HealthEndpointAutoConfiguration.class));

	@Test
	void followsTheAvailabilityWithoutTheActuator() {
		this.bare.run((context) -> {
			try (Probe probe = new Probe(context)) {
				assertThat(probe.check("")).isEqualTo("NOT_SERVING");
				up(context);
				for (String name : List.of("", "readiness", "liveness", "startup", "shop.Orders")) {
					assertThat(probe.check(name)).as(name).isEqualTo("SERVING");
				}
				AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
				assertThat(probe.check("")).isEqualTo("NOT_SERVING");
				assertThat(probe.check("liveness")).isEqualTo("SERVING");
				AvailabilityChangeEvent.publish(context, LivenessState.BROKEN);
				assertThat(probe.check("liveness")).isEqualTo("NOT_SERVING");
				assertThat(probe.check("startup")).isEqualTo("SERVING");
				assertThat(probe.check("unknown")).isEqualTo("NOT_FOUND");
			}
		});
	}

	@Test
	void followsTheAvailabilityAtOnceWithTheActuator() {
		this.actuator.run((context) -> {
			try (Probe probe = new Probe(context)) {
				up(context);
				await().untilAsserted(() -> assertThat(probe.check("")).isEqualTo("SERVING"));
				// no waiting: the indicator is asked after the bean that it reads was
				// told
				AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
				assertThat(probe.check("readiness")).isEqualTo("NOT_SERVING");
				AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
				assertThat(probe.check("readiness")).isEqualTo("SERVING");
				AvailabilityChangeEvent.publish(context, LivenessState.BROKEN);
				assertThat(probe.check("liveness")).isEqualTo("NOT_SERVING");
			}
		});
	}

	@Test
	void namesThatAreOursCannotBeGivenAway() {
		this.actuator.withPropertyValues("grpc.k8s.health.services.readiness=ping")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("'grpc.k8s.health.services.readiness' must be a further name"));
	}

	@Test
	void groupsWithTheirIndicatorsSpeak() {
		Switch db = new Switch();
		this.actuator.withBean("dbHealthIndicator", HealthIndicator.class, () -> db)
			.withBean("otherHealthIndicator", HealthIndicator.class, Switch::new)
			.withPropertyValues("grpc.k8s.health.interval=20ms",
					"management.endpoint.health.group.readiness.include=readinessState,db",
					"management.endpoint.health.group.deep.include=db",
					"management.endpoint.health.group.deep.status.http-mapping.down=200",
					"grpc.k8s.health.services.shop.Stock=other", "grpc.k8s.health.services.again=deep")
			.run((context) -> {
				try (Probe probe = new Probe(context)) {
					up(context);
					await().untilAsserted(() -> assertThat(probe.check("shop.Orders")).isEqualTo("SERVING"));
					db.health = Health.down().build();
					await().untilAsserted(() -> assertThat(probe.check("shop.Orders")).isEqualTo("NOT_SERVING"));
					assertThat(probe.check("deep")).as("200 is well over HTTP").isEqualTo("SERVING");
					assertThat(probe.check("again")).isEqualTo("SERVING");
					assertThat(probe.check("shop.Stock")).isEqualTo("SERVING");
					assertThat(probe.check("liveness")).isEqualTo("SERVING");
					assertThat(probe.check("startup")).isEqualTo("SERVING");
				}
			});
	}

	@Test
	void groupsHoldWhateverHttpExposes() {
		Switch db = new Switch();
		this.actuator.withBean("dbHealthIndicator", HealthIndicator.class, () -> db)
			.withPropertyValues("management.endpoints.web.exposure.include=prometheus", "grpc.k8s.health.interval=20ms",
					"management.endpoint.health.group.readiness.include=readinessState,db")
			.run((context) -> {
				try (Probe probe = new Probe(context)) {
					up(context);
					await().untilAsserted(() -> assertThat(probe.check("shop.Orders")).isEqualTo("SERVING"));
					db.health = Health.down().build();
					await().untilAsserted(() -> assertThat(probe.check("shop.Orders")).isEqualTo("NOT_SERVING"));
				}
			});
	}

	@Test
	void whatHttpShowsIsNotChanged() {
		HealthOverGrpc shown = new HealthOverGrpc(new MockEnvironment());
		ConditionMessage.Builder message = ConditionMessage.forCondition("test");
		Set<EndpointExposure> any = EnumSet.allOf(EndpointExposure.class);
		assertThat(shown.getExposureOutcome(EndpointId.of("health"), any, message)).isNotNull();
		assertThat(shown.getExposureOutcome(EndpointId.of("health"), Set.of(EndpointExposure.WEB), message)).isNull();
		assertThat(shown.getExposureOutcome(EndpointId.of("env"), any, message)).isNull();
		HealthOverGrpc off = new HealthOverGrpc(new MockEnvironment().withProperty("grpc.k8s.health.enabled", "false"));
		assertThat(off.getExposureOutcome(EndpointId.of("health"), any, message)).isNull();
	}

	@Test
	void groupsWithoutAnEndpointAreWarnedOf(CapturedOutput output) {
		this.actuator
			// as an enum: the runner has none of the conversions of an application
			.withPropertyValues("management.endpoint.health.access=NONE",
					"management.endpoint.health.group.readiness.include=readinessState,db")
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(AvailabilitySource.class);
				assertThat(output).containsOnlyOnce("Health groups [readiness] are set")
					.contains("management.endpoint.health.access=none");
			});
	}

	@Test
	void aHealthServiceSwitchedOffInTheWordsOfTheStackIsOff(CapturedOutput output) {
		this.bare.withBean(StackSettings.class, () -> new NoHealthService(true)).run((context) -> {
			try (Probe probe = new Probe(context)) {
				up(context);
				assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(
						() -> HealthGrpc.newBlockingStub(probe.channel).check(HealthCheckRequest.getDefaultInstance()))
					.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
				assertThat(output)
					.contains("grpc.server.health-service-enabled: false: this server does not answer grpc.health.v1");
			}
		});
		this.bare.withBean(StackSettings.class, () -> new NoHealthService(false)).run((context) -> {
			try (Probe probe = new Probe(context)) {
				up(context);
				assertThat(probe.check("")).as("ours is set as well").isEqualTo("SERVING");
			}
		});
	}

	@Test
	void theProbesPortIsOneThatAProbeCanKnowAndNobodyElseHas() {
		assertThat(List.of("0", "-1", "65536"))
			.allSatisfy((port) -> this.bare.withPropertyValues("grpc.k8s.health.port=" + port)
				.run((context) -> assertThat(context).as(port)
					.getFailure()
					.rootCause()
					.isInstanceOf(InvalidSettingException.class)
					.hasMessage("'grpc.k8s.health.port' must be between 1 and 65535 but was '" + port + "'")));
		assertThat(List.of("server.port", "management.server.port"))
			.allSatisfy((other) -> this.bare.withPropertyValues("grpc.k8s.health.port=9191", other + "=9191")
				.run((context) -> assertThat(context).as(other)
					.getFailure()
					.rootCause()
					.isInstanceOf(InvalidSettingException.class)
					.hasMessage("'grpc.k8s.health.port' must be a port of its own and not that of '" + other
							+ "' but was '9191'")));
		this.bare.withBean(StackSettings.class, () -> new NoHealthService(true))
			.withPropertyValues("grpc.k8s.health.port=9090")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("not that of 'grpc.server.port' but was '9090'"));
	}

	@Test
	void onlyMembersOfServedGroupsAreAsked() {
		Switch member = new Switch();
		Switch stranger = new Switch();
		this.actuator.withBean("memberHealthIndicator", HealthIndicator.class, () -> member)
			.withBean("strangerHealthIndicator", HealthIndicator.class, () -> stranger)
			.withPropertyValues("grpc.k8s.health.interval=10ms", "grpc.k8s.health.services.x=member")
			.run((context) -> {
				await().until(() -> member.asked.get() > 2);
				assertThat(stranger.asked).hasValue(0);
			});
	}

	@Test
	void nothingIsServingBeforeTheFirstRoundIsOver() {
		CountDownLatch answer = new CountDownLatch(1);
		HealthIndicator slow = () -> {
			try {
				answer.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return Health.up().build();
		};
		this.actuator.withBean("slowHealthIndicator", HealthIndicator.class, () -> slow)
			.withPropertyValues("grpc.k8s.health.timeout=1m",
					"management.endpoint.health.group.readiness.include=readinessState,slow")
			.run((context) -> {
				try (Probe probe = new Probe(context)) {
					up(context);
					assertThat(probe.check("")).isEqualTo("NOT_SERVING");
					assertThat(probe.check("liveness")).isEqualTo("SERVING");
					answer.countDown();
					await().untilAsserted(() -> assertThat(probe.check("")).isEqualTo("SERVING"));
				}
			});
	}

	@Test
	void compositesAreAskedLeafByLeaf() {
		Switch one = new Switch();
		CompositeHealthContributor both = CompositeHealthContributor
			.fromMap(java.util.Map.of("one", one, "two", new Switch()));
		this.actuator.withBean("dbs", HealthContributor.class, () -> both)
			.withPropertyValues("grpc.k8s.health.interval=20ms", "grpc.k8s.health.services.all=dbs",
					"grpc.k8s.health.services.second=dbs/two")
			.run((context) -> {
				try (Probe probe = new Probe(context)) {
					up(context);
					await().untilAsserted(() -> assertThat(probe.check("all")).isEqualTo("SERVING"));
					one.health = Health.outOfService().build();
					await().untilAsserted(() -> assertThat(probe.check("all")).isEqualTo("NOT_SERVING"));
					assertThat(probe.check("second")).isEqualTo("SERVING");
				}
			});
	}

	@Test
	void reactiveIndicatorsAreAskedToo() {
		Switch reactive = new Switch();
		reactive.health = Health.down().build();
		this.actuator.withBean(ReactiveHealthContributorRegistry.class, () -> new Reactive(reactive))
			.withPropertyValues("grpc.k8s.health.services.x=reactive")
			.run((context) -> {
				try (Probe probe = new Probe(context)) {
					up(context);
					await().until(() -> reactive.asked.get() > 0);
					assertThat(probe.check("")).isEqualTo("SERVING");
					assertThat(probe.check("x")).isEqualTo("NOT_SERVING");
				}
			});
	}

	@Test
	void aStartedApplicationServesAndABrokenStartDoesNot() throws Exception {
		List<String> events = new CopyOnWriteArrayList<>();
		SpringApplication application = new SpringApplication(App.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.addInitializers((context) -> {
			GenericApplicationContext beans = (GenericApplicationContext) context;
			beans.registerBean(GrpcWarmUp.class, () -> () -> events.add("warm"));
			beans.registerBean(ApplicationRunner.class, () -> (arguments) -> {
				events.add("runner");
				assertThat(beans.getBean(ServerHealth.class)).isNotNull();
				try (Probe probe = new Probe(beans)) {
					events.add(probe.check("startup"));
				}
			});
			context.addApplicationListener((event) -> {
				if (event instanceof AvailabilityChangeEvent<?> change) {
					events.add(change.getState().toString());
				}
			});
		});
		try (ConfigurableApplicationContext context = application.run(); Probe probe = new Probe(context)) {
			assertThat(events).containsExactly("CORRECT", "runner", "NOT_SERVING", "warm", "ACCEPTING_TRAFFIC");
			assertThat(probe.check("")).isEqualTo("SERVING");
		}
	}

	@Test
	void withoutProbesReadinessIsTheAvailability() {
		this.actuator.withPropertyValues("management.endpoint.health.probes.enabled=false").run((context) -> {
			try (Probe probe = new Probe(context)) {
				up(context);
				assertThat(probe.check("readiness")).isEqualTo("SERVING");
				assertThat(probe.check("liveness")).isEqualTo("SERVING");
				AvailabilityChangeEvent.publish(context, LivenessState.BROKEN);
				assertThat(probe.check("liveness")).isEqualTo("NOT_SERVING");
			}
		});
	}

	@Test
	void livenessThatDependsOnOthersIsWarnedOf(CapturedOutput output) {
		this.actuator.withBean("dbHealthIndicator", HealthIndicator.class, Switch::new)
			.withPropertyValues("management.endpoint.health.group.liveness.include=livenessState,db")
			.run((context) -> assertThat(output).contains("'liveness' includes [db]")
				.contains("management.endpoint.health.group.readiness.include"));
	}

	@Test
	void aNameThatLeadsNowhereStopsTheApplication() {
		this.actuator.withPropertyValues("grpc.k8s.health.services.x=nothing")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("'grpc.k8s.health.services.x' must be a health group")
				.hasMessageContaining("'nothing'"));
	}

	@Test
	void badTimesAndPortsStopTheApplication() {
		assertThat(List.of("interval=0s", "timeout=-1s", "warm-up-timeout=0s", "port=65536"))
			.allSatisfy((setting) -> this.bare.withPropertyValues("grpc.k8s.health." + setting)
				.run((context) -> assertThat(context).as(setting)
					.getFailure()
					.rootCause()
					.isInstanceOf(InvalidSettingException.class)
					.hasMessageContaining("grpc.k8s.health." + setting.replaceAll("=.*", ""))));
	}

	@Test
	void r89WarmUpsAreDoneBeforeTheApplicationServesAndAreNamed(CapturedOutput output) {
		List<String> order = new ArrayList<>();
		this.bare.withBean("first", GrpcWarmUp.class, () -> () -> {
			order.add("first");
			throw new IllegalStateException("no connection");
		}).withBean("second", GrpcWarmUp.class, () -> () -> order.add("second")).run((context) -> {
			try (Probe probe = new Probe(context)) {
				assertThat(order).isEmpty();
				up(context);
				assertThat(order).containsExactly("first", "second");
				assertThat(probe.check("")).isEqualTo("SERVING");
				assertThat(output).contains("Warm-up 'first' failed");
			}
		});
	}

	@Test
	void aWarmUpThatHangsIsNotWaitedForForever(CapturedOutput output) {
		CountDownLatch never = new CountDownLatch(1);
		this.bare.withBean("firstQuery", GrpcWarmUp.class, () -> never::await)
			.withPropertyValues("grpc.k8s.health.warm-up-timeout=50ms")
			.run((context) -> {
				try (Probe probe = new Probe(context)) {
					up(context);
					assertThat(probe.check("")).isEqualTo("SERVING");
					assertThat(output).contains("Warm-up 'firstQuery' is not done after PT0.05S");
				}
			});
		never.countDown();
	}

	@Test
	void aSecondPortKnowsHealthOnly() throws IOException {
		BindableService users = () -> ServerServiceDefinition.builder("shop.Users").build();
		this.bare.withBean(BindableService.class, () -> users)
			.withPropertyValues("grpc.k8s.health.port=" + freePort())
			.run((context) -> {
				int port = context.getBean(HealthOnlyServer.class).port();
				ManagedChannel channel = io.grpc.Grpc
					.newChannelBuilder("127.0.0.1:" + port, io.grpc.InsecureChannelCredentials.create())
					.build();
				try {
					assertThat(Probe.check(channel, "")).isEqualTo("NOT_SERVING");
					assertThat(Probe.check(channel, "shop.Users")).isEqualTo("NOT_SERVING");
					up(context);
					assertThat(Probe.check(channel, "")).isEqualTo("SERVING");
					context.getSourceApplicationContext().stop();
					assertThat(context.getBean(HealthOnlyServer.class).port()).isEqualTo(-1);
				}
				finally {
					channel.shutdownNow();
				}
			});
	}

	@Test
	void statusesSetByHandAreServed() {
		this.bare.withBean(HealthStatusManager.class).run((context) -> {
			try (Probe probe = new Probe(context)) {
				up(context);
				context.getBean(HealthStatusManager.class).setStatus("mine", HealthCheckResponse.ServingStatus.SERVING);
				assertThat(probe.check("mine")).isEqualTo("SERVING");
				assertThat(probe.check("not-mine")).isEqualTo("NOT_FOUND");
			}
		});
	}

	@Test
	void leavesHealthToAServiceOfTheUser(CapturedOutput output) {
		this.bare.withBean(BindableService.class, OwnHealth::new).run((context) -> {
			InProcessServerBuilder builder = InProcessServerBuilder.forName("own").addService(new OwnHealth());
			context.getBean(HealthFeature.class).applyTo(builder);
			Server server = builder.build().start();
			ManagedChannel channel = InProcessChannelBuilder.forName("own").build();
			try {
				assertThat(Probe.check(channel, "")).isEqualTo("UNKNOWN");
				assertThat(output).contains("its own health service " + OwnHealth.class.getName());
			}
			finally {
				channel.shutdownNow();
				server.shutdownNow();
			}
		});
	}

	@Test
	void channelsDoNotAskTheirServersUntilANameIsSet() {
		this.bare.run((context) -> assertThat(healthCheck(context, "users")).isEmpty());
	}

	@Test
	void channelsAskForTheNameThatIsSet() {
		this.bare
			.withPropertyValues("grpc.k8s.health.client.service-name=",
					"grpc.k8s.health.client.channels.orders.service-name=shop.Orders",
					"grpc.k8s.health.client.channels.stock.enabled=false")
			.run((context) -> {
				assertThat(healthCheck(context, "users")).containsEntry("healthCheckConfig", Map.of("serviceName", ""));
				assertThat(healthCheck(context, "orders")).containsEntry("healthCheckConfig",
						Map.of("serviceName", "shop.Orders"));
				assertThat(healthCheck(context, "stock")).isEmpty();
				assertThat(context.getBean(HealthCheckedChannels.class)
					.serviceConfig(new ChannelSpec("users", "xds:///users"))).isEmpty();
			});
	}

	private static Map<String, Object> healthCheck(ApplicationContext context, String channel) {
		return Map.copyOf(context.getBean(HealthCheckedChannels.class)
			.serviceConfig(new ChannelSpec(channel, "k8s:///" + channel + ":grpc")));
	}

	@Test
	void metersAreThereWhereMicrometerIs() {
		this.bare.run((context) -> assertThat(context).hasSingleBean(HealthMeters.class));
		this.bare.withClassLoader(new FilteredClassLoader(MeterBinder.class))
			.run((context) -> assertThat(context).hasSingleBean(ServerHealth.class)
				.doesNotHaveBean("grpcK8sHealthMeters"));
	}

	@Test
	void canBeSwitchedOff() {
		this.bare.withPropertyValues("grpc.k8s.health.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ServerHealth.class)
				.doesNotHaveBean(HealthFeature.class)
				.doesNotHaveBean(IndicatorPoller.class));
	}

	@Test
	void whenUserDefinesBeanBacksOff() {
		ServerHealth own = new ServerHealth(java.util.Map::of, null);
		this.bare.withBean("own", ServerHealth.class, () -> own)
			.run((context) -> assertThat(context).getBean(ServerHealth.class).isSameAs(own));
	}

	@Test
	void withoutGrpcServicesThereIsNothing() {
		this.bare.withClassLoader(new FilteredClassLoader(HealthStatusManager.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ServerHealth.class));
	}

	@Test
	void withoutTheHealthLibraryTheAvailabilityIsFollowed() {
		this.bare.withClassLoader(new FilteredClassLoader(HealthEndpointGroups.class))
			.run((context) -> assertThat(context).hasSingleBean(AvailabilitySource.class));
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	private static void up(ApplicationContext context) {
		AvailabilityChangeEvent.publish(context, LivenessState.CORRECT);
		AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
	}

	/**
	 * A stack whose health service the user has switched off.
	 *
	 * @param alone whether nothing is set in our words
	 */
	private record NoHealthService(boolean alone) implements StackSettings {

		@Override
		public boolean keepsServer(String property) {
			return this.alone && property.equals("grpc.k8s.health.enabled");
		}

		@Override
		public boolean keepsChannel(String property, ChannelSpec channel) {
			return false;
		}

		@Override
		public <T> Setting<T> serverSetting(String property, Class<T> type) {
			return new Setting<>("grpc.server.health-service-enabled", type.cast(false));
		}

		@Override
		public Setting<Integer> serverPort() {
			return new Setting<>("grpc.server.port", 9090);
		}

	}

	/**
	 * A health indicator that a test sets.
	 */
	private static final class Switch implements HealthIndicator {

		private final AtomicInteger asked = new AtomicInteger();

		private volatile Health health = Health.up().build();

		@Override
		public Health health() {
			this.asked.incrementAndGet();
			return this.health;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ ApplicationAvailabilityAutoConfiguration.class, HealthAutoConfiguration.class,
			AvailabilityHealthContributorAutoConfiguration.class, AvailabilityProbesAutoConfiguration.class,
			HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class,
			HealthEndpointAutoConfiguration.class })
	static class App {

	}

	/**
	 * A registry as it is where Reactor is.
	 */
	private record Reactive(HealthIndicator indicator) implements ReactiveHealthContributorRegistry {

		@Override
		public HealthContributors asHealthContributors() {
			return CompositeHealthContributor.fromMap(java.util.Map.of("reactive", this.indicator));
		}

		@Override
		public void registerContributor(String name, ReactiveHealthContributor contributor) {
		}

		@Override
		public @Nullable ReactiveHealthContributor unregisterContributor(String name) {
			return null;
		}

		@Override
		public @Nullable ReactiveHealthContributor getContributor(String name) {
			return null;
		}

		@Override
		public Stream<Entry> stream() {
			return Stream.empty();
		}

	}

	private static final class OwnHealth extends HealthGrpc.HealthImplBase {

		@Override
		public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> client) {
			client.onNext(HealthCheckResponse.getDefaultInstance());
			client.onCompleted();
		}

	}

	/**
	 * A server of the application, and somebody who asks it.
	 */
	private static final class Probe implements AutoCloseable {

		private final Server server;

		private final ManagedChannel channel;

		private Probe(ApplicationContext context) throws Exception {
			String name = InProcessServerBuilder.generateName();
			InProcessServerBuilder builder = InProcessServerBuilder.forName(name)
				.addService(ServerServiceDefinition.builder("shop.Orders").build());
			context.getBean(HealthFeature.class).applyTo(builder);
			this.server = builder.build().start();
			context.getBean(ServerHealth.class).started(this.server);
			this.channel = InProcessChannelBuilder.forName(name).build();
		}

		private String check(String name) {
			return check(this.channel, name);
		}

		private static String check(ManagedChannel channel, String name) {
			try {
				return HealthGrpc.newBlockingStub(channel)
					.check(HealthCheckRequest.newBuilder().setService(name).build())
					.getStatus()
					.name();
			}
			catch (StatusRuntimeException ex) {
				assertThat(ex.getStatus().getCode()).as(ex.getMessage()).isEqualTo(Status.Code.NOT_FOUND);
				return ex.getStatus().getCode().name();
			}
		}

		@Override
		public void close() {
			this.channel.shutdownNow();
			this.server.shutdownNow();
		}

	}

}
