package io.github.grpck8s.discovery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import org.jspecify.annotations.Nullable;

/**
 * Tells a channel the endpoints that a setting names instead of those of the cluster: for
 * tests, and for forwarded ports where pods cannot be reached. Nobody else is asked.
 */
final class StaticNameResolver extends NameResolver {

	private final ServiceKey service;

	private final List<FixedEndpoint> endpoints;

	private final ChannelContext context;

	// ---------------- synchronization context ----------------

	private @Nullable Listener2 listener;

	private boolean told;

	StaticNameResolver(ServiceKey service, List<FixedEndpoint> endpoints, ChannelContext context) {
		this.service = service;
		this.endpoints = List.copyOf(endpoints);
		this.context = context;
	}

	@Override
	public String getServiceAuthority() {
		return this.service.authority();
	}

	@Override
	public void start(Listener2 newListener) {
		this.listener = newListener;
		this.context.offload(this::lookUp);
	}

	/**
	 * A name that could not be looked up may be known by now.
	 */
	@Override
	public void refresh() {
		if (this.listener != null && !this.told) {
			this.context.offload(this::lookUp);
		}
	}

	@Override
	public void shutdown() {
		this.listener = null;
	}

	/**
	 * Names are looked up, which may take a while.
	 */
	private void lookUp() {
		StatusOr<List<EquivalentAddressGroup>> result;
		try {
			List<EquivalentAddressGroup> groups = new ArrayList<>();
			for (FixedEndpoint endpoint : this.endpoints) {
				InetAddress address = InetAddress.getByName(endpoint.host());
				groups.add(new EquivalentAddressGroup(new InetSocketAddress(address, endpoint.port())));
			}
			result = StatusOr.fromValue(groups);
		}
		catch (UnknownHostException ex) {
			result = StatusOr.fromStatus(Status.UNAVAILABLE.withCause(ex)
				.withDescription("Unknown host '" + ex.getMessage() + "' in grpc.k8s.discovery.static."
						+ this.service.service() + ": use an address or a name that this machine knows"));
		}
		StatusOr<List<EquivalentAddressGroup>> known = result;
		this.context.syncContext().execute(() -> tell(known));
	}

	private void tell(StatusOr<List<EquivalentAddressGroup>> result) {
		if (this.listener != null) {
			this.told = result.hasValue();
			this.listener.onResult2(ResolutionResult.newBuilder().setAddressesOrError(result).build());
		}
	}

}
