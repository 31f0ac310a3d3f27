package io.github.grpck8s.health.autoconfigure;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.health.Indicator;
import io.github.grpck8s.health.IndicatorPoller;
import io.github.grpck8s.health.ServerHealth;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.Status;

/**
 * The groups and indicators of the actuator's health endpoint. A group is serving if its
 * status, aggregated as the endpoint does it, would be answered over HTTP with a code
 * that the kubelet takes for success (200 to 399).
 */
final class ActuatorSource implements HealthSource {

	private static final Logger logger = LoggerFactory.getLogger(ActuatorSource.class);

	private final Map<String, String> names;

	private final Supplier<HealthEndpointGroups> endpoint;

	private final Supplier<HealthContributors> contributors;

	private final BooleanSupplier alive;

	/** Which leaves each served group has; written once by open. */
	private volatile Map<String, Predicate<String>> members = Map.of();

	private volatile Map<String, BooleanSupplier> groups = Map.of();

	private volatile @Nullable ContributorTree tree;

	/**
	 * Create the source. Nothing is resolved yet: an indicator may need a channel, and a
	 * server is built before that is possible.
	 * @param names further names and the group or indicator that each says
	 * @param endpoint the groups
	 * @param contributors the indicators, also those that are registered later
	 * @param alive whether the application is alive, where there is no liveness group
	 */
	ActuatorSource(Map<String, String> names, Supplier<HealthEndpointGroups> endpoint,
			Supplier<HealthContributors> contributors, BooleanSupplier alive) {
		this.names = names;
		this.endpoint = endpoint;
		this.contributors = contributors;
		this.alive = alive;
	}

	@Override
	public void open(IndicatorPoller poller) {
		ContributorTree found = new ContributorTree(this.contributors.get());
		HealthEndpointGroups known = this.endpoint.get();
		Map<String, Predicate<String>> belonging = new HashMap<>();
		Map<String, BooleanSupplier> serving = new HashMap<>();
		serving.put(ServerHealth.LIVENESS, this.alive);
		for (String name : known.getNames()) {
			serve(name, known.get(name), found, poller, belonging, serving);
		}
		this.names.forEach((name, said) -> {
			if (known.get(said) != null) {
				serve(name, known.get(said), found, poller, belonging, serving);
			}
			else if (said.equals(ServerHealth.LIVENESS) || said.equals(ServerHealth.READINESS)) {
				serving.put(name, said.equals(ServerHealth.LIVENESS) ? this.alive : () -> true);
			}
			else if (found.contains(said)) {
				Predicate<String> member = (path) -> path.equals(said) || path.startsWith(said + "/");
				serve(name, member, known.getPrimary(), found, poller, belonging, serving);
			}
			else {
				throw new InvalidSettingException("grpc.k8s.health.services." + name, said,
						"must be a health group " + new TreeSet<>(known.getNames()) + " or a health indicator",
						"Correct the name, or define the group with management.endpoint.health.group.<name>.include.");
			}
		});
		this.members = belonging;
		this.groups = serving;
		this.tree = found;
		warnOfLiveness(found, known.get(ServerHealth.LIVENESS));
	}

	private static void serve(String name, @Nullable HealthEndpointGroup group, ContributorTree tree,
			IndicatorPoller poller, Map<String, Predicate<String>> members, Map<String, BooleanSupplier> groups) {
		if (group != null) {
			serve(name, group::isMember, group, tree, poller, members, groups);
		}
	}

	private static void serve(String name, Predicate<String> member, HealthEndpointGroup mapping, ContributorTree tree,
			IndicatorPoller poller, Map<String, Predicate<String>> members, Map<String, BooleanSupplier> groups) {
		members.put(name, member);
		groups.put(name, () -> serving(member, mapping, tree, poller));
	}

	private static boolean serving(Predicate<String> member, HealthEndpointGroup mapping, ContributorTree tree,
			IndicatorPoller poller) {
		boolean[] unknown = new boolean[1];
		Status status = tree.aggregate(member, mapping.getStatusAggregator(), (path) -> {
			String code = poller.last(path);
			// one that was registered later does not count before its first answer
			unknown[0] |= code == null && !poller.complete();
			return (code != null) ? new Status(code) : null;
		});
		if (status == null || unknown[0]) {
			return false;
		}
		int code = mapping.getHttpCodeStatusMapper().getStatusCode(status);
		return code >= 200 && code < 400;
	}

	@Override
	public Map<String, BooleanSupplier> groups() {
		return this.groups;
	}

	@Override
	public Map<String, Indicator> indicators() {
		Map<String, Indicator> polled = new LinkedHashMap<>();
		ContributorTree found = this.tree;
		if (found != null) {
			found.leaves((path) -> this.members.values().stream().anyMatch((member) -> member.test(path)),
					(path, indicator) -> {
						if (!ContributorTree.announces(indicator)) {
							polled.put(path, () -> ContributorTree.status(indicator).getCode());
						}
					});
		}
		return polled;
	}

	private static void warnOfLiveness(ContributorTree tree, @Nullable HealthEndpointGroup liveness) {
		if (liveness == null) {
			return;
		}
		TreeSet<String> others = new TreeSet<>();
		tree.leaves(liveness::isMember, (path, indicator) -> {
			if (!ContributorTree.announces(indicator)) {
				others.add(path);
			}
		});
		if (!others.isEmpty()) {
			logger.warn("Health group 'liveness' includes {}"
					+ ": when one of these is down, Kubernetes restarts every pod at once, which brings nothing back."
					+ " Let the readiness group include them instead"
					+ " (management.endpoint.health.group.readiness.include)", others);
		}
	}

}
