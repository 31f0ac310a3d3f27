package io.github.grpck8s.shutdown;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import org.mockito.Mockito;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

/**
 * When streams are ended because of their age.
 */
class StreamLimitTests {

	private final ScheduledExecutorService timer = mock();

	private final ScheduledFuture<?> waiting = mock();

	private final List<Status> closed = new CopyOnWriteArrayList<>();

	private final RunningCall<String, String> stream = new RunningCall<>(new Call());

	@Test
	void streamsThatBeginTogetherDoNotEndTogether() {
		Mockito.doReturn(this.waiting).when(this.timer).schedule(any(Runnable.class), anyLong(), any());
		new StreamLimit(Duration.ofSeconds(100), this.timer, () -> 0).watch(this.stream);
		new StreamLimit(Duration.ofSeconds(100), this.timer, () -> 0.5).watch(this.stream);
		new StreamLimit(Duration.ofSeconds(100), this.timer, () -> 1).watch(this.stream);
		ArgumentCaptor<Long> nanos = ArgumentCaptor.captor();
		verify(this.timer, Mockito.times(3)).schedule(any(Runnable.class), nanos.capture(), eq(TimeUnit.NANOSECONDS));
		assertThat(nanos.getAllValues()).map(TimeUnit.NANOSECONDS::toSeconds).containsExactly(90L, 100L, 110L);
	}

	@Test
	void oneThatIsOldEndsUnavailableOnce() {
		ArgumentCaptor<Runnable> end = ArgumentCaptor.captor();
		Mockito.doReturn(this.waiting).when(this.timer).schedule(end.capture(), anyLong(), any());
		this.stream.limitedBy(new StreamLimit(Duration.ofMinutes(30), this.timer, () -> 0));
		end.getValue().run();
		assertThat(this.stream.cut(Status.INTERNAL)).as("ended again").isFalse();
		this.stream.close(Status.OK, new Metadata());
		assertThat(this.closed).singleElement().satisfies((status) -> {
			assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			assertThat(status.getDescription()).contains("PT30M", "grpc.k8s.shutdown.max-stream-age");
		});
	}

	@Test
	void oneThatIsOverIsForgotten() {
		Mockito.doReturn(this.waiting).when(this.timer).schedule(any(Runnable.class), anyLong(), any());
		this.stream.limitedBy(new StreamLimit(Duration.ofMinutes(30), this.timer, () -> 0));
		this.stream.ended();
		verify(this.waiting).cancel(false);
	}

	@Test
	void aClosedLimitLetsStreamsBegin() {
		when(this.timer.schedule(any(Runnable.class), anyLong(), any())).thenThrow(new RejectedExecutionException());
		this.stream.limitedBy(new StreamLimit(Duration.ofMinutes(30), this.timer, () -> 0));
		this.stream.ended();
		assertThat(this.closed).isEmpty();
	}

	private final class Call extends ServerCall<String, String> {

		@Override
		public void request(int count) {
		}

		@Override
		public void sendHeaders(Metadata headers) {
		}

		@Override
		public void sendMessage(String message) {
		}

		@Override
		public void close(Status status, Metadata trailers) {
			StreamLimitTests.this.closed.add(status);
		}

		@Override
		public boolean isCancelled() {
			return false;
		}

		@Override
		public MethodDescriptor<String, String> getMethodDescriptor() {
			return Calls.STREAM;
		}

	}

}
