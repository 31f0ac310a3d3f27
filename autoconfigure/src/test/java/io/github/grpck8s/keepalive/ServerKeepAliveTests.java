package io.github.grpck8s.keepalive;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.github.grpck8s.RawHttp2Connection;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import org.junit.jupiter.api.Test;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.RETURNS_SELF;
import static org.mockito.Mockito.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;

/**
 * What the server does about its connections.
 */
class ServerKeepAliveTests {

	private static final ServerKeepAlive NOTHING = new ServerKeepAlive(null, null, null, null, null, null, null);

	private final ServerBuilder<?> builder = mock(ServerBuilder.class, RETURNS_SELF);

	@Test
	void everyValueReachesTheBuilder() {
		new ServerKeepAlive(Duration.ofHours(2), Duration.ofSeconds(20), Duration.ofSeconds(10), true,
				Duration.ofMinutes(30), Duration.ofMinutes(5), Duration.ofMinutes(15))
			.applyTo(this.builder);
		verify(this.builder).keepAliveTime(TimeUnit.HOURS.toNanos(2), NANOSECONDS);
		verify(this.builder).keepAliveTimeout(TimeUnit.SECONDS.toNanos(20), NANOSECONDS);
		verify(this.builder).permitKeepAliveTime(TimeUnit.SECONDS.toNanos(10), NANOSECONDS);
		verify(this.builder).permitKeepAliveWithoutCalls(true);
		verify(this.builder).maxConnectionAge(TimeUnit.MINUTES.toNanos(30), NANOSECONDS);
		verify(this.builder).maxConnectionAgeGrace(TimeUnit.MINUTES.toNanos(5), NANOSECONDS);
		verify(this.builder).maxConnectionIdle(TimeUnit.MINUTES.toNanos(15), NANOSECONDS);
	}

	@Test
	void whatIsNotSetIsLeftAlone() {
		NOTHING.applyTo(this.builder);
		verifyNoInteractions(this.builder);
	}

	@Test
	void zeroAgeAndIdleMeanNever() {
		new ServerKeepAlive(null, null, null, null, Duration.ZERO, null, Duration.ZERO).applyTo(this.builder);
		verify(this.builder).maxConnectionAge(Long.MAX_VALUE, NANOSECONDS);
		verify(this.builder).maxConnectionIdle(Long.MAX_VALUE, NANOSECONDS);
		verify(this.builder, never()).maxConnectionAgeGrace(anyLong(), any());
	}

	@Test
	void aTimeLongerThanNanosecondsCanSayIsNever() {
		new ServerKeepAlive(Duration.ofDays(365_000), null, null, null, null, null, null).applyTo(this.builder);
		verify(this.builder).keepAliveTime(Long.MAX_VALUE, NANOSECONDS);
	}

	@Test
	void aServerInTheSameProcessIsLeftAlone() {
		ServerKeepAlive keepAlive = new ServerKeepAlive(Duration.ofHours(2), null, null, null, null, null, null);
		assertThatCode(() -> keepAlive.applyTo(InProcessServerBuilder.forName("none"))).doesNotThrowAnyException();
	}

	@Test
	void aClientThatPingsTooOftenIsSentAway() throws Exception {
		Server server = start(new ServerKeepAlive(null, null, Duration.ofSeconds(10), true, null, null, null));
		try (RawHttp2Connection client = new RawHttp2Connection(server.getPort(), 65_535).reading()) {
			// two are forgiven
			for (int ping = 1; ping <= 3; ping++) {
				client.write(RawHttp2Connection.PING, 0, 0, new byte[8]);
			}
			RawHttp2Connection.Frame goaway = client.await((frame) -> frame.is(RawHttp2Connection.GOAWAY));
			assertThat(goaway.errorCode()).isEqualTo(RawHttp2Connection.ENHANCE_YOUR_CALM);
			assertThat(goaway.debugData()).isEqualTo("too_many_pings");
		}
		finally {
			server.shutdownNow();
		}
	}

	@Test
	void aServerThatPermitsAllPingsAnswersAll() throws Exception {
		Server server = start(new ServerKeepAlive(null, null, Duration.ZERO, true, null, null, null));
		try (RawHttp2Connection client = new RawHttp2Connection(server.getPort(), 65_535).reading()) {
			for (byte ping = 1; ping <= 100; ping++) {
				byte[] payload = { ping, 0, 0, 0, 0, 0, 0, 0 };
				client.write(RawHttp2Connection.PING, 0, 0, payload);
			}
			RawHttp2Connection.Frame last = client.await((frame) -> frame.is(RawHttp2Connection.GOAWAY)
					|| frame.is(RawHttp2Connection.PING) && frame.payload()[0] == 100);
			assertThat(last.is(RawHttp2Connection.PING)).as("the last ping is answered").isTrue();
		}
		finally {
			server.shutdownNow();
		}
	}

	@Test
	void anOldConnectionIsEndedPolitely() throws Exception {
		Server server = start(new ServerKeepAlive(null, null, null, null, Duration.ofSeconds(1), null, null));
		try (RawHttp2Connection client = new RawHttp2Connection(server.getPort(), 65_535).reading()) {
			RawHttp2Connection.Frame goaway = client.await((frame) -> frame.is(RawHttp2Connection.GOAWAY));
			assertThat(goaway.errorCode()).isZero();
			assertThat(goaway.debugData()).isEqualTo("max_age");
		}
		finally {
			server.shutdownNow();
		}
	}

	/**
	 * Ages differ by up to a tenth either way: three seconds end within 2.7 and 3.3.
	 */
	@Test
	void r88ConnectionsThatBeganTogetherDoNotEndTogether() throws Exception {
		Duration age = Duration.ofSeconds(3);
		Server server = start(new ServerKeepAlive(null, null, null, null, age, null, null));
		ExecutorService clients = Executors.newCachedThreadPool();
		List<Future<Long>> ends = new ArrayList<>();
		long begin = System.nanoTime();
		try {
			for (int client = 0; client < 100; client++) {
				ends.add(clients.submit(() -> {
					try (RawHttp2Connection connection = new RawHttp2Connection(server.getPort(), 65_535).reading()) {
						connection.await((frame) -> frame.is(RawHttp2Connection.GOAWAY));
						return System.nanoTime() - begin;
					}
				}));
			}
			long first = Long.MAX_VALUE;
			long last = 0;
			for (Future<Long> end : ends) {
				first = Math.min(first, end.get(20, TimeUnit.SECONDS));
				last = Math.max(last, end.get());
			}
			assertThat(Duration.ofNanos(first)).as("the first").isGreaterThanOrEqualTo(Duration.ofMillis(2700));
			assertThat(Duration.ofNanos(last - first)).as("from the first to the last")
				.isGreaterThan(age.dividedBy(10));
		}
		finally {
			clients.shutdownNow();
			server.shutdownNow();
		}
	}

	private static Server start(ServerKeepAlive keepAlive) throws Exception {
		NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0));
		keepAlive.applyTo(builder);
		return builder.build().start();
	}

}
