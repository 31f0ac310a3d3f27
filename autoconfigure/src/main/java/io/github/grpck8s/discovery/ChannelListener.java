package io.github.grpck8s.discovery;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.github.grpck8s.EndpointAttributes;
import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver.Listener2;
import io.grpc.NameResolver.ResolutionResult;
import io.grpc.Status;
import io.grpc.StatusOr;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts what a channel is told into gRPC's words. Belongs to the synchronization context.
 */
final class ChannelListener {

	private static final Logger logger = LoggerFactory.getLogger(ChannelListener.class);

	private final ServiceKey service;

	private final Listener2 listener;

	private Status lastAnswer = Status.OK;

	private boolean pending;

	private long pendingSince;

	private IpFamily lastFamily = IpFamily.AUTO;

	ChannelListener(ServiceKey service, Listener2 listener) {
		this.service = service;
		this.listener = listener;
	}

	/**
	 * Note whether there is something to tell.
	 * @param news whether there is
	 * @param changedAt when the last change came, in nanoseconds
	 */
	void pending(boolean news, long changedAt) {
		if (news && !this.pending) {
			this.pendingSince = changedAt;
		}
		this.pending = news;
	}

	/**
	 * Tell the endpoints: one address group per pod, no service config.
	 * @param description how an empty set is described, else {@code null}
	 * @param now the time in nanoseconds
	 * @param observer is told what the channel is told
	 */
	void endpoints(EndpointSet set, @Nullable String description, long now, DiscoveryListener observer) {
		List<EquivalentAddressGroup> groups = set.endpoints().stream().map(PodEndpoint::group).toList();
		Attributes.Builder attributes = Attributes.newBuilder();
		if (description != null) {
			attributes.set(EndpointAttributes.DESCRIPTION, description);
		}
		if (set.preferredZone() != null) {
			attributes.set(EndpointAttributes.PREFERRED_ZONE, set.preferredZone());
		}
		tell(ResolutionResult.newBuilder()
			.setAddressesOrError(StatusOr.fromValue(groups))
			.setAttributes(attributes.build())
			.build(), observer);
		this.pending = false;
		observe(set, now - this.pendingSince, observer);
	}

	private void observe(EndpointSet set, long delay, DiscoveryListener observer) {
		String name = this.service.toString();
		Map<String, Integer> zones = new TreeMap<>();
		for (PodEndpoint endpoint : set.endpoints()) {
			String zone = endpoint.data().zone();
			zones.merge((zone != null) ? zone : "unknown", 1, Integer::sum);
		}
		observer.told(name, set.tier().name().toLowerCase(Locale.ROOT), zones, Math.max(delay, 0),
				set.topology() == EndpointSet.Topology.UNKNOWN);
		if (!set.isEmpty()) {
			if (this.lastFamily != IpFamily.AUTO && this.lastFamily != set.family()) {
				observer.familySwitched(name);
			}
			this.lastFamily = set.family();
		}
	}

	/**
	 * Tell why there are no endpoints.
	 * @param observer is told if the channel does not take it
	 */
	void error(Status status, DiscoveryListener observer) {
		tell(ResolutionResult.newBuilder().setAddressesOrError(StatusOr.fromStatus(status)).build(), observer);
	}

	/**
	 * A channel that does not take it is not told again: the next change is told anyway.
	 */
	private void tell(ResolutionResult result, DiscoveryListener observer) {
		Status answer = this.listener.onResult2(result);
		if (!answer.isOk()) {
			observer.refused(this.service.toString(), answer.getCode().name());
		}
		boolean news = !answer.isOk() && (answer.getCode() != this.lastAnswer.getCode()
				|| !Objects.equals(answer.getDescription(), this.lastAnswer.getDescription()));
		if (news) {
			logger.debug("The channel to {} did not take what it was told: {}", this.service, answer);
		}
		this.lastAnswer = answer;
	}

}
