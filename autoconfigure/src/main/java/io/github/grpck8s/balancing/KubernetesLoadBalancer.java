package io.github.grpck8s.balancing;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.grpck8s.EndpointAttributes;
import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.Status;
import io.grpc.util.GracefulSwitchLoadBalancer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The empty gate: stands above the policy that spreads the calls and decides what an
 * empty list and an error of the resolver mean, which every policy of gRPC takes
 * differently. An empty list drops every connection at once and is told to the callers
 * (R59); an error after a first list changes nothing (R60).
 * <p>
 * Owned by the synchronization context of the channel. Nothing is thrown out of it: an
 * exception there would put the channel into panic mode for good.
 */
final class KubernetesLoadBalancer extends LoadBalancer {

	private static final Logger logger = LoggerFactory.getLogger(KubernetesLoadBalancer.class);

	private record Child(GateHelper helper, GracefulSwitchLoadBalancer balancer) {
	}

	private final Helper helper;

	private @Nullable Child child;

	// what the child was given and how it took it
	private @Nullable ResolvedAddresses given;

	private Status taken = Status.OK;

	private boolean empty;

	KubernetesLoadBalancer(Helper helper) {
		this.helper = helper;
	}

	@Override
	@SuppressWarnings("deprecation") // policies above may still ask
	public boolean canHandleEmptyAddressListFromNameResolution() {
		return true;
	}

	/**
	 * Take what the resolver found.
	 * @param resolved the addresses, empty when the resolver knows that there are none
	 * @return whether calls can go somewhere; {@code UNAVAILABLE} for an empty list, as
	 * with gRPC's own policies: a resolver that polls then looks again soon
	 */
	@Override
	public Status acceptResolvedAddresses(ResolvedAddresses resolved) {
		try {
			return resolved.getAddresses().isEmpty() ? close(resolved) : pass(resolved);
		}
		catch (RuntimeException | LinkageError ex) {
			logger.error("Load balancing of {} failed", this.helper.getAuthority(), ex);
			Status status = Status.UNAVAILABLE.withDescription("Load balancing failed: " + ex).withCause(ex);
			if (this.child == null || this.child.helper.state() != ConnectivityState.READY) {
				// calls would wait for ever
				fail(status);
			}
			this.taken = status;
			return status;
		}
	}

	@Override
	public void handleNameResolutionError(Status error) {
		// the last good answer holds, be it addresses or none
		if (this.child == null && !this.empty) {
			fail(error);
		}
	}

	@Override
	public void requestConnection() {
		if (this.child != null) {
			Guard.run("requestConnection", this.child.balancer::requestConnection);
		}
	}

	@Override
	public void shutdown() {
		drop();
	}

	private Status close(ResolvedAddresses resolved) {
		String description = resolved.getAttributes().get(EndpointAttributes.DESCRIPTION);
		Status status = Status.UNAVAILABLE
			.withDescription((description != null) ? description : this.helper.getAuthority() + " has 0 endpoints");
		if (!this.empty) {
			BalancingMeter.EMPTIED.add(this.helper, 1);
		}
		this.empty = true;
		// the picker first: no call may pick a connection that is being closed
		if (this.child != null) {
			this.child.helper.release();
		}
		fail(status);
		drop();
		return status;
	}

	private Status pass(ResolvedAddresses resolved) {
		PolicyConfig config = (resolved.getLoadBalancingPolicyConfig() instanceof PolicyConfig configured) ? configured
				: PolicyConfig.DEFAULT;
		ResolvedAddresses addresses = resolved.toBuilder().setLoadBalancingPolicyConfig(config.child()).build();
		this.empty = false;
		if (config.named()) {
			forgetReplaced(addresses);
		}
		Child below = this.child;
		if (below == null) {
			below = open();
		}
		else if (addresses.equals(this.given) && this.taken.isOk()) {
			return this.taken;
		}
		this.given = addresses;
		this.taken = below.balancer.acceptResolvedAddresses(addresses);
		return this.taken;
	}

	/**
	 * Policies of gRPC know an endpoint by its address alone. They are shown the list
	 * without those that are now another pod at the same address first, so that these get
	 * a fresh connection (R32).
	 */
	private void forgetReplaced(ResolvedAddresses addresses) {
		Child below = this.child;
		ResolvedAddresses before = this.given;
		if (below == null || before == null) {
			return;
		}
		Set<PodKey> known = PodKey.of(before.getAddresses());
		Set<Object> knownAddresses = new HashSet<>();
		known.forEach((key) -> knownAddresses.add(key.addresses()));
		List<EquivalentAddressGroup> retained = addresses.getAddresses()
			.stream()
			.filter((group) -> known.contains(PodKey.of(group))
					|| !knownAddresses.contains(PodKey.of(group).addresses()))
			.toList();
		if (retained.size() == addresses.getAddresses().size()) {
			return;
		}
		if (retained.isEmpty()) {
			below.helper.release();
			queue();
			drop();
		}
		else {
			below.balancer.acceptResolvedAddresses(addresses.toBuilder().setAddresses(retained).build());
		}
	}

	private Child open() {
		// calls wait from now on instead of seeing the last failure
		queue();
		GateHelper gate = new GateHelper(this.helper);
		Child opened = new Child(gate, new GracefulSwitchLoadBalancer(gate));
		this.child = opened;
		return opened;
	}

	private void drop() {
		Child dropped = this.child;
		this.child = null;
		this.given = null;
		if (dropped != null) {
			dropped.helper.release();
			Guard.run("shutdown", dropped.balancer::shutdown);
		}
	}

	private void queue() {
		this.helper.updateBalancingState(ConnectivityState.CONNECTING,
				new FixedResultPicker(PickResult.withNoResult()));
	}

	private void fail(Status status) {
		this.helper.updateBalancingState(ConnectivityState.TRANSIENT_FAILURE,
				new FixedResultPicker(PickResult.withError(status)));
	}

}
