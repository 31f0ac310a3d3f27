package io.github.grpck8s.benchmarks.worker;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.grpck8s.benchmarks.measure.Latencies;
import io.github.grpck8s.benchmarks.measure.Usage;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;

/**
 * Unary calls at a set rate, whatever the answers take.
 *
 * @param <Q> what is asked
 * @param <A> what is answered
 */
public final class PacedLoad<Q, A> {

	private final Channel channel;

	private final MethodDescriptor<Q, A> method;

	private final Q request;

	/**
	 * Of one method.
	 */
	public PacedLoad(Channel channel, MethodDescriptor<Q, A> method, Q request) {
		this.channel = channel;
		this.method = method;
		this.request = request;
	}

	/**
	 * Make calls and wait for all answers.
	 * @param perSecond how many in a second
	 * @param time how long
	 * @return calls, time and latencies; not what was used
	 * @throws InterruptedException if interrupted
	 */
	public Usage run(int perSecond, Duration time) throws InterruptedException {
		int calls = (int) (perSecond * time.toNanos() / 1_000_000_000L);
		Latencies latencies = new Latencies(calls);
		AtomicInteger failed = new AtomicInteger();
		Semaphore answered = new Semaphore(0);
		long start = System.nanoTime();
		for (int call = 0; call < calls; call++) {
			long due = start + call * 1_000_000_000L / perSecond;
			while (due - System.nanoTime() > 0) {
				LockSupport.parkNanos(due - System.nanoTime());
			}
			ClientCalls.asyncUnaryCall(this.channel.newCall(this.method, CallOptions.DEFAULT), this.request,
					new Answer<A>(latencies, failed, answered, System.nanoTime()));
		}
		answered.acquire(calls);
		return new Usage(calls, 0, 0, System.nanoTime() - start, latencies.at(0.5), latencies.at(0.99), failed.get());
	}

	/**
	 * Waits for one answer.
	 */
	private record Answer<A>(Latencies latencies, AtomicInteger failed, Semaphore answered,
			long start) implements StreamObserver<A> {

		@Override
		public void onNext(A answer) {
			this.latencies.add(System.nanoTime() - this.start);
		}

		@Override
		public void onError(Throwable failure) {
			this.failed.incrementAndGet();
			this.answered.release();
		}

		@Override
		public void onCompleted() {
			this.answered.release();
		}

	}

}
