package io.github.grpck8s.shutdown.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.DrainListener;
import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.shutdown.DrainMeters;
import io.github.grpck8s.shutdown.ServerDrain;
import io.github.grpck8s.shutdown.StreamLimit;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.context.support.StaticApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The wiring of the shutdown room.
 */
@ExtendWith(OutputCaptureExtension.class)
class ShutdownAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ShutdownAutoConfiguration.class));

	@Test
	void r86WaitsForNothingOffTheCluster() {
		this.runner.run((context) -> assertThat(context.getBean(DrainBudget.class))
			.isEqualTo(new DrainBudget(Duration.ZERO, Duration.ofSeconds(20), null)));
	}

	@Test
	void keepsServingForFiveSecondsInAPod() {
		this.runner.withPropertyValues("spring.main.cloud-platform=kubernetes")
			.run((context) -> assertThat(context.getBean(DrainBudget.class))
				.isEqualTo(new DrainBudget(Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofSeconds(30))));
	}

	@Test
	void whatTheUserSetsHoldsEverywhere() {
		String[] settings = { "grpc.k8s.shutdown.delay=2s", "grpc.k8s.shutdown.grace=1m",
				"grpc.k8s.shutdown.termination-grace-period=90s" };
		DrainBudget expected = new DrainBudget(Duration.ofSeconds(2), Duration.ofMinutes(1), Duration.ofSeconds(90));
		this.runner.withPropertyValues(settings)
			.run((context) -> assertThat(context.getBean(DrainBudget.class)).isEqualTo(expected));
		this.runner.withPropertyValues(settings)
			.withPropertyValues("spring.main.cloud-platform=kubernetes")
			.run((context) -> assertThat(context.getBean(DrainBudget.class)).isEqualTo(expected));
	}

	@Test
	void theVariableSaysWhatThePodGives() {
		this.runner.withPropertyValues("GRPC_K8S_TERMINATION_GRACE_PERIOD_SECONDS=12")
			.run((context) -> assertThat(context.getBean(DrainBudget.class).period())
				.isEqualTo(Duration.ofSeconds(12)));
		this.runner.withPropertyValues("GRPC_K8S_TERMINATION_GRACE_PERIOD_SECONDS=long")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("GRPC_K8S_TERMINATION_GRACE_PERIOD_SECONDS"));
	}

	@Test
	void badTimesStopTheApplication() {
		assertThat(List.of("delay", "grace", "termination-grace-period"))
			.allSatisfy((setting) -> this.runner.withPropertyValues("grpc.k8s.shutdown." + setting + "=-1s")
				.run((context) -> assertThat(context).as(setting)
					.getFailure()
					.rootCause()
					.isInstanceOf(InvalidSettingException.class)
					.hasMessageContaining("'grpc.k8s.shutdown." + setting + "'")));
	}

	@Test
	void r86ABudgetThatDoesNotAddUpIsWarnedOfWithTheSum(CapturedOutput output) {
		assertThat(new DrainBudget(Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofSeconds(30)).warning())
			.isNull();
		this.runner
			.withPropertyValues("grpc.k8s.shutdown.delay=5s", "grpc.k8s.shutdown.grace=20500ms",
					"grpc.k8s.shutdown.termination-grace-period=30s")
			.withBean(Stack.class)
			.run((context) -> assertThat(output).contains("grpc.k8s.shutdown.delay 5 s + "
					+ "grpc.k8s.shutdown.grace 20500 ms + 5 s for the rest of the application = 30500 ms, "
					+ "but terminationGracePeriodSeconds is 30 s"));
	}

	@Test
	void theEndOfTheContextBeginsTheDrainBeforeAnyoneElseHearsOfIt() {
		List<String> events = new ArrayList<>();
		this.runner.withPropertyValues("grpc.k8s.shutdown.delay=100ms")
			.withBean(Stack.class)
			.withBean("broken", DrainListener.class, () -> () -> {
				throw new IllegalStateException("broken");
			})
			.withBean("told", DrainListener.class, () -> () -> events.add("told"))
			.withBean("readiness", Readiness.class, () -> new Readiness(events))
			.withBean("closed", Closed.class, () -> new Closed(events))
			.run((context) -> {
				long begin = System.nanoTime();
				context.getSourceApplicationContext().close();
				assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(100));
				assertThat(context.getSourceApplicationContext(GenericApplicationContext.class).isActive()).isFalse();
			});
		assertThat(events).containsExactly("REFUSING_TRAFFIC", "told", "closed");
	}

	@Test
	void theEndOfAChildContextIsNotOurs() {
		List<String> events = new ArrayList<>();
		this.runner.withBean("told", DrainListener.class, () -> () -> events.add("told")).run((context) -> {
			StaticApplicationContext child = new StaticApplicationContext(context);
			child.refresh();
			child.close();
			assertThat(events).isEmpty();
		});
		assertThat(events).containsExactly("told");
	}

	@Test
	void closingWithoutAServerCostsNothing() {
		this.runner.withPropertyValues("grpc.k8s.shutdown.delay=1h").run((context) -> {
			context.getSourceApplicationContext().close();
			assertThat(context.getSourceApplicationContext(GenericApplicationContext.class).isActive()).isFalse();
		});
	}

	@Test
	void theLifecyclesTimeoutDoesNotCutTheDrain(CapturedOutput output) {
		this.runner
			.withPropertyValues("grpc.k8s.shutdown.delay=400ms", "spring.lifecycle.timeout-per-shutdown-phase=50ms")
			.withConfiguration(AutoConfigurations
				.of(org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration.class))
			.withBean(Stack.class)
			.run((context) -> {
				Stack stack = context.getBean(Stack.class);
				long begin = System.nanoTime();
				// no ContextClosedEvent: the delay is spent inside the phase
				context.getSourceApplicationContext().stop();
				assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(400));
				assertThat(stack.isRunning()).isFalse();
				assertThat(output).contains("gRPC server drained");
			});
	}

	@Test
	void aGraceSetInTheWordsOfTheStackIsSpentByUs() {
		this.runner.withBean(StackSettings.class, () -> new StackSettings() {

			@Override
			public boolean keepsServer(String property) {
				return property.equals("grpc.k8s.shutdown.grace");
			}

			@Override
			public boolean keepsChannel(String property, ChannelSpec channel) {
				return false;
			}

			@Override
			public <T> Setting<T> serverSetting(String property, Class<T> type) {
				return new Setting<>("grpc.server.shutdown-grace-period", type.cast(Duration.ofSeconds(-1)));
			}

		})
			.withPropertyValues("grpc.k8s.shutdown.delay=1s")
			.run((context) -> assertThat(context.getBean(DrainBudget.class))
				.isEqualTo(new DrainBudget(Duration.ofSeconds(1), Duration.ofDays(7), null)));
	}

	@Test
	void streamsMayLastAsLongAsTheyLikeUntilAnAgeIsSet() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(StreamLimit.class));
		this.runner.withPropertyValues("grpc.k8s.shutdown.max-stream-age=30m")
			.run((context) -> assertThat(context).hasSingleBean(StreamLimit.class));
		this.runner.withPropertyValues("grpc.k8s.shutdown.max-stream-age=999ms")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("'grpc.k8s.shutdown.max-stream-age'"));
	}

	@Test
	void metersAreThereWhereMicrometerIs() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(DrainMeters.class));
		this.runner.withClassLoader(new FilteredClassLoader(MeterBinder.class))
			.run((context) -> assertThat(context).hasSingleBean(ServerDrain.class)
				.doesNotHaveBean("grpcK8sDrainMeters"));
	}

	@Test
	void canBeSwitchedOff() {
		this.runner.withPropertyValues("grpc.k8s.shutdown.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ServerDrain.class)
				.doesNotHaveBean(DrainOnClose.class));
	}

	@Test
	void whenUserDefinesBeanBacksOff() {
		ServerDrain own = new ServerDrain(Duration.ZERO, Duration.ZERO, () -> {
		}, (report) -> {
		}, null);
		this.runner.withBean("own", ServerDrain.class, () -> own)
			.run((context) -> assertThat(context).getBean(ServerDrain.class).isSameAs(own));
	}

	@Test
	void withoutGrpcThereIsNothing() {
		this.runner.withClassLoader(new FilteredClassLoader(ServerBuilder.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(DrainOnClose.class));
	}

	private record Readiness(List<String> events) implements ApplicationListener<AvailabilityChangeEvent<?>> {

		@Override
		public void onApplicationEvent(AvailabilityChangeEvent<?> event) {
			this.events.add(event.getState().toString());
		}

	}

	private record Closed(List<String> events) implements ApplicationListener<ContextClosedEvent> {

		@Override
		public void onApplicationEvent(ContextClosedEvent event) {
			this.events.add("closed");
		}

	}

	/**
	 * What the adapter of a stack does.
	 */
	private static final class Stack implements SmartLifecycle {

		private final ServerDrain drain;

		private final DrainBudget budget;

		@SuppressWarnings("NullAway.Init")
		private Server server;

		Stack(ServerDrain drain, DrainBudget budget) {
			this.drain = drain;
			this.budget = budget;
		}

		Server server() {
			return this.server;
		}

		@Override
		public void start() {
			InProcessServerBuilder builder = InProcessServerBuilder.forName(InProcessServerBuilder.generateName());
			this.drain.applyTo(builder);
			try {
				this.server = builder.build().start();
			}
			catch (java.io.IOException ex) {
				throw new java.io.UncheckedIOException(ex);
			}
			this.drain.started(this.server);
			this.budget.started(this.server);
		}

		@Override
		public void stop() {
			this.drain.stopping(this.server);
			try {
				this.server.shutdown().awaitTermination(30, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		@Override
		public boolean isRunning() {
			return this.server != null && !this.server.isShutdown();
		}

	}

}
