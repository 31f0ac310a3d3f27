package io.github.grpck8s.keepalive.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.ServerFeature;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.StackSettings.Setting;
import io.github.grpck8s.StatusHintFeature;
import io.github.grpck8s.keepalive.ChannelKeepAlive;
import io.github.grpck8s.keepalive.ChannelPings;
import io.github.grpck8s.keepalive.KeepAliveConflictException;
import io.github.grpck8s.keepalive.PingAgreement;
import io.github.grpck8s.keepalive.ServerKeepAlive;
import io.github.grpck8s.keepalive.TooManyPingsHint;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.RETURNS_SELF;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;

/**
 * The wiring of keepalive.
 */
class KeepAliveAutoConfigurationTests {

	private static final ChannelSpec KUBERNETES = new ChannelSpec("users", "k8s:///users.shop:grpc");

	private static final ChannelSpec ELSEWHERE = new ChannelSpec("elsewhere", "dns:///example.org");

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KeepAliveAutoConfiguration.class));

	@Test
	void defaultsAreThoseOfTheDocumentation() {
		this.runner.run((context) -> {
			assertThat(context).getBean(ServerKeepAlive.class)
				.isEqualTo(new ServerKeepAlive(Duration.ofHours(2), Duration.ofSeconds(20), Duration.ofSeconds(10),
						true, Duration.ofMinutes(30), Duration.ofMinutes(5), Duration.ofMinutes(15)));
			ChannelKeepAlive channels = context.getBean(ChannelKeepAlive.class);
			assertThat(channels.kubernetes())
				.isEqualTo(new ChannelPings(Duration.ofSeconds(30), Duration.ofSeconds(10), true, Duration.ZERO));
			assertThat(channels.all()).isEqualTo(ChannelPings.NONE);
			assertThat(channels.channels()).isEmpty();
			assertThat(context.getBeanProvider(ServerFeature.class).orderedStream()).hasSize(2);
			assertThat(context.getBeanProvider(ChannelFeature.class).orderedStream()).hasSize(2);
			assertThat(context).getBean(StatusHintFeature.class).isInstanceOf(TooManyPingsHint.class);
		});
	}

	@Test
	void propertiesAreBound() {
		this.runner.withPropertyValues("grpc.k8s.keepalive.server.time=1h", "grpc.k8s.keepalive.server.timeout=5s",
				"grpc.k8s.keepalive.server.permit-time=0", "grpc.k8s.keepalive.server.permit-without-calls=false",
				"grpc.k8s.keepalive.server.max-connection-age=0",
				"grpc.k8s.keepalive.server.max-connection-age-grace=1m",
				"grpc.k8s.keepalive.server.max-connection-idle=0", "grpc.k8s.keepalive.client.time=1m",
				"grpc.k8s.keepalive.client.without-calls=false", "grpc.k8s.keepalive.channels.users.time=20s",
				"grpc.k8s.keepalive.channels.users.timeout=1s", "grpc.k8s.keepalive.channels.users.without-calls=false")
			.run((context) -> {
				assertThat(context).getBean(ServerKeepAlive.class)
					.isEqualTo(new ServerKeepAlive(Duration.ofHours(1), Duration.ofSeconds(5), Duration.ZERO, false,
							Duration.ZERO, Duration.ofMinutes(1), Duration.ZERO));
				ChannelKeepAlive channels = context.getBean(ChannelKeepAlive.class);
				assertThat(channels.all()).as("what the user wrote")
					.isEqualTo(new ChannelPings(Duration.ofMinutes(1), null, false, null));
				assertThat(channels.channels()).containsOnlyKeys("users")
					.containsValue(new ChannelPings(Duration.ofSeconds(20), Duration.ofSeconds(1), false, null));
			});
	}

	@Test
	void aKubernetesChannelNeverGoesIdleUnlessTheUserWantsIt() {
		assertIdleTimeout(KUBERNETES, 30, TimeUnit.DAYS);
		assertIdleTimeout(KUBERNETES, 3_600_000_000_000L, TimeUnit.NANOSECONDS,
				"grpc.k8s.keepalive.client.idle-timeout=1h");
		assertIdleTimeout(KUBERNETES, 1_000_000_000L, TimeUnit.NANOSECONDS, "grpc.k8s.keepalive.client.idle-timeout=1h",
				"grpc.k8s.keepalive.channels.users.idle-timeout=1s");
		assertIdleTimeout(KUBERNETES, 30, TimeUnit.DAYS, "grpc.k8s.keepalive.client.idle-timeout=1h",
				"grpc.k8s.keepalive.channels.users.idle-timeout=0");
	}

	@Test
	void anyOtherChannelGoesIdleAsTheStackHasItUnlessTheUserSaysOtherwise() {
		this.runner.run((context) -> {
			ManagedChannelBuilder<?> builder = mock(ManagedChannelBuilder.class, RETURNS_SELF);
			context.getBean(ChannelKeepAlive.class).applyTo(ELSEWHERE, builder);
			verifyNoInteractions(builder);
		});
		assertIdleTimeout(ELSEWHERE, 30, TimeUnit.DAYS, "grpc.k8s.keepalive.client.idle-timeout=0");
	}

	private void assertIdleTimeout(ChannelSpec channel, long time, TimeUnit unit, String... properties) {
		this.runner.withPropertyValues(properties).run((context) -> {
			ManagedChannelBuilder<?> builder = mock(ManagedChannelBuilder.class, RETURNS_SELF);
			context.getBean(ChannelKeepAlive.class).applyTo(channel, builder);
			verify(builder).idleTimeout(time, unit);
		});
	}

	@Test
	void aValueEqualToTheDefaultIsStillTheUsers() {
		this.runner.withPropertyValues("grpc.k8s.keepalive.client.time=30s")
			.run((context) -> assertThat(context.getBean(ChannelKeepAlive.class).all())
				.isEqualTo(new ChannelPings(Duration.ofSeconds(30), null, null, null)));
	}

	@Test
	void canBeSwitchedOff() {
		this.runner.withPropertyValues("grpc.k8s.keepalive.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ServerFeature.class)
				.doesNotHaveBean(ChannelFeature.class));
	}

	@Test
	void usersOwnBeansWin() {
		ServerKeepAlive server = new ServerKeepAlive(null, null, null, null, null, null, null);
		ChannelKeepAlive channels = new ChannelKeepAlive(ChannelPings.NONE, ChannelPings.NONE, Map.of(),
				StackSettings.NONE);
		this.runner.withBean("server", ServerKeepAlive.class, () -> server)
			.withBean("channels", ChannelKeepAlive.class, () -> channels)
			.run((context) -> {
				assertThat(context).getBean(ServerKeepAlive.class).isSameAs(server);
				assertThat(context).getBean(ChannelKeepAlive.class).isSameAs(channels);
			});
	}

	@Test
	void withoutGrpcThereIsNothing() {
		this.runner.withClassLoader(new FilteredClassLoader(ServerBuilder.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PingAgreement.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "time", "timeout", "permit-time", "permit-without-calls", "max-connection-age",
			"max-connection-age-grace", "max-connection-idle" })
	void whatTheStackKeepsIsLeftOut(String setting) {
		this.runner.withBean(StackSettings.class, () -> new Stack("grpc.k8s.keepalive.server." + setting))
			.run((context) -> {
				ServerKeepAlive keepAlive = context.getBean(ServerKeepAlive.class);
				assertThat(new Object[] { keepAlive.time(), keepAlive.timeout(), keepAlive.permitTime(),
						keepAlive.permitWithoutCalls(), keepAlive.maxConnectionAge(), keepAlive.maxConnectionAgeGrace(),
						keepAlive.maxConnectionIdle() })
					.as("one of seven")
					.containsOnlyOnce((Object) null);
			});
	}

	@ParameterizedTest
	@CsvSource({ "server.time, 0, must be 10s or more", "server.time, 9s, must be 10s or more",
			"server.timeout, 0, must be 10ms or more", "server.permit-time, -1s, must be 0 or more",
			"server.max-connection-age, 999ms, 'must be 1s or more, or 0 for never'",
			"server.max-connection-age, -1s, 'must be 1s or more, or 0 for never'",
			"server.max-connection-age-grace, 0, must be positive",
			"server.max-connection-idle, 1ms, 'must be 1s or more, or 0 for never'",
			"client.time, 5s, must be 10s or more", "client.timeout, -1s, must be 10ms or more",
			"client.idle-timeout, 999ms, 'must be 1s or more, or 0 for never'",
			"channels.users.idle-timeout, -1s, 'must be 1s or more, or 0 for never'",
			"channels.users.time, 0, must be 10s or more", "channels.users.timeout, 9ms, must be 10ms or more" })
	void badValuesStopTheApplication(String setting, String value, String rule) {
		this.runner.withPropertyValues("grpc.k8s.keepalive." + setting + "=" + value)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageStartingWith("'grpc.k8s.keepalive." + setting + "' " + rule + " but was '"));
	}

	@Test
	void theAnalysisOfAConflictNamesBothSettings() {
		FailureAnalysis analysis = analyze(new KeepAliveConflictException("users",
				new Setting<>("client", Duration.ofSeconds(30)), new Setting<>("server", Duration.ofMinutes(5))));
		assertThat(analysis.getDescription()).contains("'client' is 'PT30S'", "'server' is 'PT5M'");
		assertThat(analysis.getAction())
			.isEqualTo("Raise 'client' to PT5M or more, or lower 'server' to PT30S or less.");
		assertThat(analyze(
				new KeepAliveConflictException("users", new Setting<>("client", true), new Setting<>("server", false)))
			.getAction()).isEqualTo("Set 'client' to false, or 'server' to true.");
	}

	private static FailureAnalysis analyze(KeepAliveConflictException conflict) {
		FailureAnalyzer analyzer = SpringFactoriesLoader.forDefaultResourceLocation()
			.load(FailureAnalyzer.class, (type, name, failure) -> {
			})
			.stream()
			.filter(KeepAliveConflictFailureAnalyzer.class::isInstance)
			.findFirst()
			.orElseThrow();
		return Objects.requireNonNull(analyzer.analyze(new IllegalStateException("start", conflict)));
	}

	/**
	 * Keeps one value of the server.
	 */
	private record Stack(String kept) implements StackSettings {

		@Override
		public boolean keepsServer(String property) {
			return property.equals(this.kept);
		}

		@Override
		public boolean keepsChannel(String property, ChannelSpec channel) {
			return false;
		}

	}

}
