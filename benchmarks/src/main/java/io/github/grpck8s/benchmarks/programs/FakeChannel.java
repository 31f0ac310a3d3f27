package io.github.grpck8s.benchmarks.programs;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

import io.grpc.Attributes;
import io.grpc.ChannelLogger;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.FixedResultPicker;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.ResolvedAddresses;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancer.SubchannelStateListener;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.SynchronizationContext;
import org.jspecify.annotations.Nullable;

/**
 * A channel whose connections come about at once, so that what a policy costs is all that
 * is measured.
 */
final class FakeChannel extends LoadBalancer.Helper implements AutoCloseable {

	private final SynchronizationContext context = new SynchronizationContext((thread, failure) -> {
		throw new IllegalStateException(failure);
	});

	private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);

	private ConnectivityState state = ConnectivityState.IDLE;

	private @Nullable LoadBalancer balancer;

	private SubchannelPicker picker = new FixedResultPicker(PickResult.withNoResult());

	/**
	 * Endpoints with addresses of their own.
	 * @param first the number of the first
	 * @param count how many
	 */
	static List<EquivalentAddressGroup> pods(int first, int count) {
		List<EquivalentAddressGroup> pods = new ArrayList<>();
		for (int i = first; i < first + count; i++) {
			String address = "10." + (i >> 16 & 255) + "." + (i >> 8 & 255) + "." + (i & 255);
			pods.add(new EquivalentAddressGroup(InetSocketAddress.createUnresolved(address, 9090)));
		}
		return pods;
	}

	/**
	 * Create the policy, as a channel does.
	 */
	void open(String policy) {
		LoadBalancerProvider provider = LoadBalancerRegistry.getDefaultRegistry().getProvider(policy);
		if (provider == null) {
			throw new IllegalStateException("No policy " + policy);
		}
		this.balancer = provider.newLoadBalancer(this);
	}

	/**
	 * Give the policy endpoints; those that are new are connected when this returns.
	 */
	void resolve(List<EquivalentAddressGroup> pods) {
		this.context.execute(() -> Objects.requireNonNull(this.balancer)
			.acceptResolvedAddresses(ResolvedAddresses.newBuilder().setAddresses(pods).build()));
	}

	boolean isReady() {
		return this.state == ConnectivityState.READY;
	}

	SubchannelPicker picker() {
		return this.picker;
	}

	@Override
	public void close() {
		this.timers.shutdownNow();
	}

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

		private List<EquivalentAddressGroup> addresses;

		private SubchannelStateListener listener = (state) -> {
		};

		private Connection(CreateSubchannelArgs args) {
			this.args = args;
			this.addresses = args.getAddresses();
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
			return this.addresses;
		}

		@Override
		public void updateAddresses(List<EquivalentAddressGroup> changed) {
			this.addresses = changed;
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
