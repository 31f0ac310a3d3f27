package io.github.grpck8s.balancing;

import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelStateListener;
import io.grpc.SynchronizationContext.ScheduledHandle;
import io.grpc.util.ForwardingSubchannel;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is never dialled after it was shut down. gRPC lets a subchannel live
 * on for 5 s, in which its own backoff would dial an address that may be somebody else's
 * by then; so the waiting is done here, where it ends with {@link #shutdown()}. An update
 * to the addresses that it has already goes no further (R62). Owned by the
 * synchronization context.
 */
final class PodSubchannel extends ForwardingSubchannel {

	private final Subchannel delegate;

	private final Helper helper;

	private final @Nullable Backoff backoff;

	private @Nullable ScheduledHandle redial;

	private boolean shutdown;

	/**
	 * Create a connection.
	 * @param delegate gRPC's subchannel, which must not reconnect by itself
	 * @param helper for time and refresh
	 * @param backoff how long to wait after a failure; without, the policy redials
	 */
	PodSubchannel(Subchannel delegate, Helper helper, @Nullable Backoff backoff) {
		this.delegate = delegate;
		this.helper = helper;
		this.backoff = backoff;
	}

	@Override
	protected Subchannel delegate() {
		return this.delegate;
	}

	@Override
	public void start(SubchannelStateListener listener) {
		super.start((state) -> {
			Guard.run("redialling", () -> redialAfterFailure(state.getState()));
			Guard.run("a change of state", () -> listener.onSubchannelState(state));
		});
	}

	@Override
	public void requestConnection() {
		if (!this.shutdown && this.redial == null) {
			super.requestConnection();
		}
	}

	@Override
	public void updateAddresses(List<EquivalentAddressGroup> groups) {
		if (!flat(groups).toList().equals(flat(getAllAddresses()).toList())) {
			super.updateAddresses(groups);
		}
	}

	@Override
	public void shutdown() {
		this.shutdown = true;
		cancelRedial();
		super.shutdown();
	}

	private void redialAfterFailure(ConnectivityState state) {
		if (this.backoff == null || this.shutdown) {
			return;
		}
		if (state == ConnectivityState.TRANSIENT_FAILURE) {
			cancelRedial();
			this.redial = this.helper.getSynchronizationContext()
				.schedule(Guard.task("redialling", this::redial), this.backoff.nextNanos(), TimeUnit.NANOSECONDS,
						this.helper.getScheduledExecutorService());
		}
		else if (state == ConnectivityState.READY) {
			cancelRedial();
			this.backoff.reset();
		}
	}

	private void redial() {
		this.redial = null;
		requestConnection();
	}

	private void cancelRedial() {
		if (this.redial != null) {
			this.redial.cancel();
			this.redial = null;
		}
	}

	private static Stream<SocketAddress> flat(List<EquivalentAddressGroup> groups) {
		return groups.stream().flatMap((group) -> group.getAddresses().stream());
	}

}
