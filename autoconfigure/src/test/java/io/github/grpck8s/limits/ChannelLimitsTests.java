package io.github.grpck8s.limits;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.ChannelTransport;
import io.github.grpck8s.StackSettings;
import io.grpc.ManagedChannelBuilder;
import io.grpc.inprocess.InProcessChannelBuilder;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.RETURNS_SELF;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

/**
 * What a server may ask of a channel.
 */
class ChannelLimitsTests {

	private static final ChannelSpec USERS = new ChannelSpec("users", "k8s:///users.shop:grpc");

	private static final ChannelBounds ALL = new ChannelBounds(4 << 20, 8 << 10, 1 << 20, Duration.ofSeconds(3));

	private final ManagedChannelBuilder<?> builder = mock(ManagedChannelBuilder.class, RETURNS_SELF);

	private final ChannelTransport transport = mock();

	@Test
	void everyLimitReachesTheBuilder() {
		when(this.transport.builds(this.builder)).thenReturn(true);
		limits(Map.of(), StackSettings.NONE).applyTo(USERS, this.builder);
		verify(this.builder).maxInboundMessageSize(4 << 20);
		verify(this.builder).maxInboundMetadataSize(8 << 10);
		verify(this.transport).window(this.builder, 1 << 20);
		verify(this.transport).connectTimeout(this.builder, Duration.ofSeconds(3));
	}

	@Test
	void whatIsSetForTheChannelWins() {
		when(this.transport.builds(this.builder)).thenReturn(true);
		limits(Map.of("users", new ChannelBounds(64 << 20, null, null, Duration.ofSeconds(1))), new KeepsEverything())
			.applyTo(USERS, this.builder);
		verify(this.builder).maxInboundMessageSize(64 << 20);
		verify(this.builder, never()).maxInboundMetadataSize(anyInt());
		verify(this.transport, never()).window(any(), anyInt());
		verify(this.transport).connectTimeout(this.builder, Duration.ofSeconds(1));
	}

	@Test
	void whatIsSetForAnotherChannelDoesNotCount() {
		limits(Map.of("orders", new ChannelBounds(64 << 20, null, null, null)), StackSettings.NONE).applyTo(USERS,
				this.builder);
		verify(this.builder).maxInboundMessageSize(4 << 20);
	}

	@Test
	void anUnknownTransportGetsTheSizes() {
		limits(Map.of(), StackSettings.NONE).applyTo(USERS, this.builder);
		verify(this.builder).maxInboundMessageSize(4 << 20);
		verify(this.transport, never()).window(any(), anyInt());
		assertThatCode(
				() -> limits(Map.of(), StackSettings.NONE).applyTo(USERS, InProcessChannelBuilder.forName("none")))
			.doesNotThrowAnyException();
	}

	private ChannelLimits limits(Map<String, ChannelBounds> channels, StackSettings stack) {
		return new ChannelLimits(ALL, channels, List.of(this.transport), stack);
	}

	/**
	 * The user set everything in the words of the stack.
	 */
	private static final class KeepsEverything implements StackSettings {

		@Override
		public boolean keepsServer(String property) {
			return true;
		}

		@Override
		public boolean keepsChannel(String property, ChannelSpec channel) {
			return true;
		}

	}

}
