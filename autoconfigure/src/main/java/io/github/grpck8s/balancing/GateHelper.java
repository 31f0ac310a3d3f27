package io.github.grpck8s.balancing;

import io.grpc.ConnectivityState;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.util.ForwardingLoadBalancerHelper;

/**
 * What a policy below the empty gate sees of the channel, until it is released: from then
 * on the channel no longer hears of it. Owned by the synchronization context.
 */
final class GateHelper extends ForwardingLoadBalancerHelper {

	private final Helper delegate;

	private boolean released;

	private ConnectivityState state = ConnectivityState.CONNECTING;

	GateHelper(Helper delegate) {
		this.delegate = delegate;
	}

	void release() {
		this.released = true;
	}

	ConnectivityState state() {
		return this.state;
	}

	@Override
	protected Helper delegate() {
		return this.delegate;
	}

	@Override
	public void updateBalancingState(ConnectivityState changed, SubchannelPicker picker) {
		if (!this.released) {
			this.state = changed;
			super.updateBalancingState(changed, Guard.picker(picker));
		}
	}

	@Override
	public void refreshNameResolution() {
		if (!this.released) {
			super.refreshNameResolution();
		}
	}

	@Override
	public Subchannel createSubchannel(CreateSubchannelArgs args) {
		if (Boolean.TRUE.equals(args.getOption(LoadBalancer.DISABLE_SUBCHANNEL_RECONNECT_KEY))) {
			// a policy that redials by itself
			return new PodSubchannel(super.createSubchannel(args), this, null);
		}
		return new PodSubchannel(
				super.createSubchannel(
						args.toBuilder().addOption(LoadBalancer.DISABLE_SUBCHANNEL_RECONNECT_KEY, true).build()),
				this, new Backoff());
	}

}
