package io.github.grpck8s.benchmarks.programs;

import java.util.List;
import java.util.concurrent.TimeUnit;

import io.grpc.EquivalentAddressGroup;
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
 * One of many pods is replaced by another: the policy opens a connection, closes one, and
 * makes a new picker.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class UpdateBenchmark {

	/**
	 * How many pods there are.
	 */
	@Param({ "1000", "5000" })
	public int pods;

	/**
	 * The policy.
	 */
	@Param({ "kubernetes", "round_robin" })
	public String policy = "";

	private final FakeChannel channel = new FakeChannel();

	private List<EquivalentAddressGroup> now = List.of();

	private List<EquivalentAddressGroup> other = List.of();

	/**
	 * Create the policy and connect the pods.
	 */
	@Setup(Level.Trial)
	public void connect() {
		this.now = FakeChannel.pods(0, this.pods);
		this.other = FakeChannel.pods(1, this.pods);
		this.channel.open(this.policy);
		this.channel.resolve(this.now);
		if (!this.channel.isReady()) {
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
	 * Replace one.
	 * @return what calls pick from then on
	 */
	@Benchmark
	public Object replaceOne() {
		List<EquivalentAddressGroup> next = this.other;
		this.other = this.now;
		this.now = next;
		this.channel.resolve(next);
		return this.channel.picker();
	}

}
