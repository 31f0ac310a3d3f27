package io.github.grpck8s.benchmarks.programs;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ChannelLogger;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.FixedResultPicker;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.ResolvedAddresses;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancer.SubchannelStateListener;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SynchronizationContext;
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
		LoadBalancerProvider provider = LoadBalancerRegistry.getDefaultRegistry().getProvider(this.policy);
		if (provider == null) {
			throw new IllegalStateException("No policy " + this.policy);
		}
		LoadBalancer balancer = provider.newLoadBalancer(this.channel);
		List<EquivalentAddressGroup> pods = new ArrayList<>();
		for (int i = 1; i <= 10; i++) {
			pods.add(new EquivalentAddressGroup(InetSocketAddress.createUnresolved("10.0.0." + i, 9090)));
		}
		this.channel.context
			.execute(() -> balancer.acceptResolvedAddresses(ResolvedAddresses.newBuilder().setAddresses(pods).build()));
		if (this.channel.state != ConnectivityState.READY || pick().getSubchannel() == null) {
			throw new IllegalStateException(this.policy + " is " + this.channel.state);
		}
	}

	/**
	 * End its timers.
	 */
	@TearDown(Level.Trial)
	public void end() {
		this.channel.timers.shutdownNow();
	}

	/**
	 * Pick.
	 * @return the connection
	 */
	@Benchmark
	public PickResult pick() {
		return this.channel.picker.pickSubchannel(this.call);
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

	/**
	 * A channel whose connections come about at once.
	 */
	private static final class FakeChannel extends LoadBalancer.Helper {

		private final SynchronizationContext context = new SynchronizationContext((thread, failure) -> {
			throw new IllegalStateException(failure);
		});

		private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);

		private ConnectivityState state = ConnectivityState.IDLE;

		private SubchannelPicker picker = new FixedResultPicker(PickResult.withNoResult());

		@Override
		public Subchannel createSubchannel(CreateSubchannelArgs args) {
			return new Connection(args);
		}

		@Override
		public ManagedChannel createOobChannel(EquivalentAddressGroup group, String authority) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void updateBalancingState(ConnectivityState newState, SubchannelPicker newPicker) {
			this.state = newState;
			this.picker = newPicker;
		}

		@Override
		public SynchronizationContext getSynchronizationContext() {
			return this.context;
		}

		@Override
		public ScheduledExecutorService getScheduledExecutorService() {
			return this.timers;
		}

		@Override
		public String getAuthority() {
			return "users";
		}

		@Override
		public ChannelLogger getChannelLogger() {
			return new Silent();
		}

		private final class Connection extends Subchannel {

			private final CreateSubchannelArgs args;

			private SubchannelStateListener listener = (state) -> {
			};

			private Connection(CreateSubchannelArgs args) {
				this.args = args;
			}

			@Override
			public void start(SubchannelStateListener newListener) {
				this.listener = newListener;
			}

			@Override
			public void requestConnection() {
				FakeChannel.this.context.execute(() -> {
					tell(ConnectivityState.CONNECTING);
					tell(ConnectivityState.READY);
				});
			}

			private void tell(ConnectivityState connectivity) {
				this.listener.onSubchannelState(ConnectivityStateInfo.forNonError(connectivity));
			}

			@Override
			public void shutdown() {
			}

			@Override
			public List<EquivalentAddressGroup> getAllAddresses() {
				return this.args.getAddresses();
			}

			@Override
			public Attributes getAttributes() {
				return this.args.getAttributes();
			}

			@Override
			public ChannelLogger getChannelLogger() {
				return new Silent();
			}

		}

	}

	/**
	 * Says nothing.
	 */
	private static final class Silent extends ChannelLogger {

		@Override
		public void log(ChannelLogLevel level, String message) {
		}

		@Override
		public void log(ChannelLogLevel level, String format, Object... args) {
		}

	}

}
