package io.github.grpck8s.keepalive;

import java.time.Duration;
import java.util.Map;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.StackSettings;
import io.grpc.ManagedChannelBuilder;
import io.grpc.inprocess.InProcessChannelBuilder;
import org.junit.jupiter.api.Test;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.RETURNS_SELF;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;

/**
 * Which pings a channel sends.
 */
class ChannelKeepAliveTests {

	private static final ChannelPings DEFAULTS = new ChannelPings(Duration.ofSeconds(30), Duration.ofSeconds(10), true,
			null);

	private static final ChannelSpec USERS = new ChannelSpec("users", "k8s:///users.shop:grpc");

	private static final ChannelSpec ELSEWHERE = new ChannelSpec("elsewhere", "dns:///example.org");

	private final ManagedChannelBuilder<?> builder = mock(ManagedChannelBuilder.class, RETURNS_SELF);

	@Test
	void aKubernetesTargetIsPingedByDefault() {
		keepAlive(ChannelPings.NONE, Map.of(), StackSettings.NONE).applyTo(USERS, this.builder);
		verify(this.builder).keepAliveTime(30_000_000_000L, NANOSECONDS);
		verify(this.builder).keepAliveTimeout(10_000_000_000L, NANOSECONDS);
		verify(this.builder).keepAliveWithoutCalls(true);
	}

	@Test
	void anyOtherTargetIsNot() {
		keepAlive(ChannelPings.NONE, Map.of(), StackSettings.NONE).applyTo(ELSEWHERE, this.builder);
		verifyNoInteractions(this.builder);
	}

	@Test
	void whatTheUserSetHoldsForEveryTargetAndNothingElseDoes() {
		keepAlive(new ChannelPings(Duration.ofMinutes(6), null, null, null), Map.of(), StackSettings.NONE)
			.applyTo(ELSEWHERE, this.builder);
		verify(this.builder).keepAliveTime(360_000_000_000L, NANOSECONDS);
		verify(this.builder, never()).keepAliveTimeout(anyLong(), any());
		verify(this.builder, never()).keepAliveWithoutCalls(true);
	}

	@Test
	void whatIsSetForTheChannelWins() {
		ChannelKeepAlive keepAlive = keepAlive(new ChannelPings(Duration.ofMinutes(6), null, null, null),
				Map.of("users", new ChannelPings(Duration.ofSeconds(20), null, false, null)), StackSettings.NONE);
		keepAlive.applyTo(USERS, this.builder);
		verify(this.builder).keepAliveTime(20_000_000_000L, NANOSECONDS);
		verify(this.builder).keepAliveTimeout(10_000_000_000L, NANOSECONDS);
		verify(this.builder).keepAliveWithoutCalls(false);
		assertThat(keepAlive.time(USERS)).hasToString("grpc.k8s.keepalive.channels.users.time: PT20S");
	}

	@Test
	void whatTheUserSetForTheStackIsLeftAloneValueByValue() {
		keepAlive(ChannelPings.NONE, Map.of(), new Stack("grpc.k8s.keepalive.client.time", USERS)).applyTo(USERS,
				this.builder);
		verify(this.builder, never()).keepAliveTime(anyLong(), any());
		verify(this.builder).keepAliveTimeout(10_000_000_000L, NANOSECONDS);
		verify(this.builder).keepAliveWithoutCalls(true);
	}

	@Test
	void whatIsSetForTheChannelBeatsTheStack() {
		keepAlive(ChannelPings.NONE, Map.of("users", new ChannelPings(Duration.ofSeconds(20), null, null, null)),
				new Stack("grpc.k8s.keepalive.client.time", USERS))
			.applyTo(USERS, this.builder);
		verify(this.builder).keepAliveTime(20_000_000_000L, NANOSECONDS);
	}

	@Test
	void aChannelInTheSameProcessIsLeftAlone() {
		ChannelKeepAlive keepAlive = keepAlive(ChannelPings.NONE, Map.of(), StackSettings.NONE);
		assertThatCode(() -> keepAlive.applyTo(USERS, InProcessChannelBuilder.forName("none")))
			.doesNotThrowAnyException();
	}

	private static ChannelKeepAlive keepAlive(ChannelPings all, Map<String, ChannelPings> channels,
			StackSettings stack) {
		return new ChannelKeepAlive(DEFAULTS, all, channels, stack);
	}

	/**
	 * Keeps one value of one channel.
	 */
	private record Stack(String kept, ChannelSpec keeper) implements StackSettings {

		@Override
		public boolean keepsServer(String property) {
			return false;
		}

		@Override
		public boolean keepsChannel(String property, ChannelSpec channel) {
			return property.equals(this.kept) && channel.equals(this.keeper);
		}

	}

}
