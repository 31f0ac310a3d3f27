package io.github.grpck8s.balancing;

import java.util.List;

import io.grpc.Attributes;
import io.grpc.ChannelLogger;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelStateListener;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A connection whose state a test decides.
 */
class FakeSubchannel extends Subchannel {

	private final FakeHelper helper;

	private List<EquivalentAddressGroup> addresses;

	private @Nullable SubchannelStateListener listener;

	int dials;

	int updates;

	boolean shutdown;

	FakeSubchannel(FakeHelper helper, CreateSubchannelArgs args) {
		this.helper = helper;
		this.addresses = args.getAddresses();
	}

	void ready() {
		tell(ConnectivityStateInfo.forNonError(ConnectivityState.CONNECTING));
		tell(ConnectivityStateInfo.forNonError(ConnectivityState.READY));
	}

	void idle() {
		tell(ConnectivityStateInfo.forNonError(ConnectivityState.IDLE));
	}

	void connecting() {
		tell(ConnectivityStateInfo.forNonError(ConnectivityState.CONNECTING));
	}

	void fail(String why) {
		tell(ConnectivityStateInfo.forTransientFailure(
				Status.UNAVAILABLE.withDescription("io exception").withCause(new IllegalStateException(why))));
	}

	private void tell(ConnectivityStateInfo state) {
		SubchannelStateListener told = this.listener;
		if (told != null) {
			this.helper.run(() -> told.onSubchannelState(state));
		}
	}

	@Override
	public void start(SubchannelStateListener listener) {
		this.listener = listener;
	}

	@Override
	public void requestConnection() {
		this.dials++;
	}

	@Override
	public void shutdown() {
		this.shutdown = true;
	}

	@Override
	public void updateAddresses(List<EquivalentAddressGroup> addresses) {
		this.updates++;
		this.addresses = addresses;
	}

	@Override
	public List<EquivalentAddressGroup> getAllAddresses() {
		return this.addresses;
	}

	@Override
	public Attributes getAttributes() {
		return Attributes.EMPTY;
	}

	@Override
	public ChannelLogger getChannelLogger() {
		return this.helper.getChannelLogger();
	}

	@Override
	public Object getInternalSubchannel() {
		return this;
	}

}
