package io.github.grpck8s.benchmarks.programs;

import java.util.concurrent.TimeUnit;

import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One pick of a policy over ten pods that are all connected; what happens when the call
 * begins and ends is not in it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PickBenchmark {

	/**
	 * The policy.
	 */
	@Param({ "kubernetes", "round_robin" })
	public String policy = "";

	private final PickSubchannelArgs call = new Call();

	private final FakeChannel channel = new FakeChannel();

	/**
	 * Create the policy, as a channel does.
	 */
	@Setup(Level.Trial)
	public void connect() {
		this.channel.open(this.policy);
		this.channel.resolve(FakeChannel.pods(0, 10));
		if (!this.channel.isReady() || pick().getSubchannel() == null) {
			throw new IllegalStateException(this.policy + " is not connected");
		}
	}

	/**
	 * End its timers.
	 */
	@TearDown(Level.Trial)
	public void end() {
		this.channel.close();
	}

	/**
	 * Pick.
	 * @return the connection
	 */
	@Benchmark
	public PickResult pick() {
		return this.channel.picker().pickSubchannel(this.call);
	}

	/**
	 * A call.
	 */
	private static final class Call extends PickSubchannelArgs {

		private final Metadata headers = new Metadata();

		@Override
		public CallOptions getCallOptions() {
			return CallOptions.DEFAULT;
		}

		@Override
		public Metadata getHeaders() {
			return this.headers;
		}

		@Override
		public MethodDescriptor<?, ?> getMethodDescriptor() {
			return UserServiceGrpc.getGetUserMethod();
		}

	}

}
