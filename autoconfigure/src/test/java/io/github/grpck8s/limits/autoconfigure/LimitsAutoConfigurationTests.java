package io.github.grpck8s.limits.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.ServerFeature;
import io.github.grpck8s.ServerTransport;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.limits.BufferLimit;
import io.github.grpck8s.limits.ChannelBounds;
import io.github.grpck8s.limits.ChannelLimits;
import io.github.grpck8s.limits.ServerLimits;
import io.grpc.ServerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * The wiring of limits.
 */
class LimitsAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(LimitsAutoConfiguration.class));

	@Test
	void defaultsAreThoseOfTheDocumentation() {
		this.runner.run((context) -> {
			assertThat(context).getBean(ServerLimits.class)
				.isEqualTo(new ServerLimits(200, 1000, Duration.ofSeconds(10), 1048576, 4194304, 8192, List.of()));
			assertThat(context).getBean(ChannelLimits.class)
				.isEqualTo(new ChannelLimits(new ChannelBounds(4194304, 8192, 1048576, Duration.ofSeconds(3)), Map.of(),
						List.of(), StackSettings.NONE));
			assertThat(context).getBean(BufferLimit.class).isEqualTo(new BufferLimit(32 << 20));
			assertThat(context.getBeanProvider(ServerFeature.class).orderedStream()).hasSize(2)
				.last()
				.isInstanceOf(BufferLimit.class);
		});
	}

	@Test
	void propertiesAreBound() {
		this.runner
			.withPropertyValues("grpc.k8s.limits.max-concurrent-streams=100", "grpc.k8s.limits.max-resets=50",
					"grpc.k8s.limits.max-resets-window=1m", "grpc.k8s.limits.window=2MB",
					"grpc.k8s.limits.max-message-size=16MB", "grpc.k8s.limits.max-metadata-size=64KB",
					"grpc.k8s.limits.connect-timeout=500ms", "grpc.k8s.limits.max-buffered-size=1024GB",
					"grpc.k8s.limits.channels.users.max-message-size=1GB",
					"grpc.k8s.limits.channels.users.max-metadata-size=1KB",
					"grpc.k8s.limits.channels.users.window=65535B", "grpc.k8s.limits.channels.users.connect-timeout=1s")
			.run((context) -> {
				assertThat(context).getBean(ServerLimits.class)
					.isEqualTo(
							new ServerLimits(100, 50, Duration.ofMinutes(1), 2 << 20, 16 << 20, 64 << 10, List.of()));
				assertThat(context).getBean(BufferLimit.class).isEqualTo(new BufferLimit(1L << 40));
				ChannelLimits limits = context.getBean(ChannelLimits.class);
				assertThat(limits.all())
					.isEqualTo(new ChannelBounds(16 << 20, 64 << 10, 2 << 20, Duration.ofMillis(500)));
				assertThat(limits.channels()).containsOnlyKeys("users")
					.containsValue(new ChannelBounds(1 << 30, 1024, 65_535, Duration.ofSeconds(1)));
			});
	}

	@Test
	void transportsOfTheUserAreKnown() {
		ServerTransport own = mock();
		this.runner.withBean("own", ServerTransport.class, () -> own)
			.run((context) -> assertThat(context.getBean(ServerLimits.class).transports()).containsExactly(own));
	}

	@Test
	void canBeSwitchedOff() {
		this.runner.withPropertyValues("grpc.k8s.limits.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ServerFeature.class)
				.doesNotHaveBean(ChannelFeature.class));
	}

	@Test
	void usersOwnBeansWin() {
		ServerLimits server = new ServerLimits(1, 1, Duration.ofSeconds(1), null, null, null, List.of());
		ChannelLimits channels = new ChannelLimits(ChannelBounds.NONE, Map.of(), List.of(), StackSettings.NONE);
		BufferLimit buffers = new BufferLimit(1);
		this.runner.withBean("server", ServerLimits.class, () -> server)
			.withBean("buffers", BufferLimit.class, () -> buffers)
			.withBean("channels", ChannelLimits.class, () -> channels)
			.run((context) -> {
				assertThat(context).getBean(ServerLimits.class).isSameAs(server);
				assertThat(context).getBean(BufferLimit.class).isSameAs(buffers);
				assertThat(context).getBean(ChannelLimits.class).isSameAs(channels);
			});
	}

	@Test
	void withoutGrpcThereIsNothing() {
		this.runner.withClassLoader(new FilteredClassLoader(ServerBuilder.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ServerLimits.class)
				.doesNotHaveBean(ChannelLimits.class));
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "max-concurrent-streams", "max-resets", "window", "max-message-size", "max-metadata-size" })
	void whatTheStackKeepsIsLeftOut(String setting) {
		this.runner.withBean(StackSettings.class, () -> new Stack("grpc.k8s.limits." + setting)).run((context) -> {
			ServerLimits limits = context.getBean(ServerLimits.class);
			assertThat(new Object[] { limits.maxConcurrentStreams(), limits.maxResets(), limits.window(),
					limits.maxMessageSize(), limits.maxMetadataSize() })
				.as("one of five")
				.containsOnlyOnce((Object) null);
		});
	}

	@ParameterizedTest
	@CsvSource({ "max-concurrent-streams, 0, must be 1 or more", "max-resets, -1, must be 1 or more",
			"max-resets-window, 0, 'must be whole seconds, 1s or more'",
			"max-resets-window, 1500ms, 'must be whole seconds, 1s or more'",
			"window, 65534B, must be 65535B or more and at most 2147483647B",
			"window, 2GB, must be 65535B or more and at most 2147483647B",
			"max-message-size, 0, must be 1B or more and at most 2147483647B",
			"max-message-size, 2GB, must be 1B or more and at most 2147483647B",
			"max-message-size, -1, must be 1B or more and at most 2147483647B",
			"max-buffered-size, 0, must be 1B or more",
			"max-metadata-size, 0, must be 1B or more and at most 2147483647B",
			"connect-timeout, 0, must be 1ms or more and at most 24 days",
			"connect-timeout, 25d, must be 1ms or more and at most 24 days",
			"channels.users.connect-timeout, -3s, must be 1ms or more and at most 24 days",
			"channels.users.window, 1KB, must be 65535B or more and at most 2147483647B",
			"channels.users.max-message-size, 3GB, must be 1B or more and at most 2147483647B",
			"channels.users.max-metadata-size, -1B, must be 1B or more and at most 2147483647B" })
	void badValuesStopTheApplication(String setting, String value, String rule) {
		this.runner.withPropertyValues("grpc.k8s.limits." + setting + "=" + value)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageStartingWith("'grpc.k8s.limits." + setting + "' " + rule + " but was '"));
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
