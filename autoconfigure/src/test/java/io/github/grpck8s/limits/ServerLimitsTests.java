package io.github.grpck8s.limits;

import java.time.Duration;
import java.util.List;

import io.github.grpck8s.ServerTransport;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.RETURNS_SELF;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.verifyNoMoreInteractions;
import static org.mockito.Mockito.when;

/**
 * What one connection may ask of a server.
 */
class ServerLimitsTests {

	private final ServerBuilder<?> builder = mock(ServerBuilder.class, RETURNS_SELF);

	private final ServerTransport transport = mock();

	@Test
	void everyLimitReachesTheBuilderOfItsTransport() {
		ServerTransport other = mock();
		when(this.transport.builds(this.builder)).thenReturn(true);
		limits(List.of(other, this.transport)).applyTo(this.builder);
		verify(this.builder).maxInboundMessageSize(4 << 20);
		verify(this.builder).maxInboundMetadataSize(8 << 10);
		verify(this.transport).maxConcurrentStreams(this.builder, 200);
		verify(this.transport).maxResets(this.builder, 1000, Duration.ofSeconds(10));
		verify(this.transport).window(this.builder, 1 << 20);
		verify(other).builds(this.builder);
		verifyNoMoreInteractions(other);
	}

	@Test
	void anUnknownTransportGetsTheSizes() {
		limits(List.of(this.transport)).applyTo(this.builder);
		verify(this.builder).maxInboundMessageSize(4 << 20);
		verify(this.builder).maxInboundMetadataSize(8 << 10);
		verify(this.transport, never()).window(any(), anyInt());
	}

	@Test
	void whatIsNotSetIsLeftAlone() {
		when(this.transport.builds(this.builder)).thenReturn(true);
		new ServerLimits(null, null, Duration.ofSeconds(10), null, null, null, List.of(this.transport))
			.applyTo(this.builder);
		verifyNoInteractions(this.builder);
		verify(this.transport).builds(this.builder);
		verifyNoMoreInteractions(this.transport);
	}

	@Test
	void aServerInTheSameProcessTakesWhatItCan() {
		assertThatCode(() -> limits(List.of()).applyTo(InProcessServerBuilder.forName("none")))
			.doesNotThrowAnyException();
	}

	private static ServerLimits limits(List<ServerTransport> transports) {
		return new ServerLimits(200, 1000, Duration.ofSeconds(10), 1 << 20, 4 << 20, 8 << 10, transports);
	}

}
