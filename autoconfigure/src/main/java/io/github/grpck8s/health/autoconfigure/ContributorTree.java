package io.github.grpck8s.health.autoconfigure;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.actuate.endpoint.StatusAggregator;
import org.springframework.boot.health.application.AvailabilityStateHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * The contributors of the application as the health endpoint sees them: a composite is a
 * branch, an indicator a leaf whose name is the path to it ({@code databases/orders}).
 *
 * @param roots the top-level contributors
 */
record ContributorTree(HealthContributors roots) {

	/**
	 * Visit the leaves.
	 * @param members which leaves
	 * @param visitor takes the path and the indicator
	 */
	void leaves(Predicate<String> members, BiConsumer<String, HealthIndicator> visitor) {
		leaves("", this.roots, members, visitor);
	}

	private void leaves(String prefix, HealthContributors branch, Predicate<String> members,
			BiConsumer<String, HealthIndicator> visitor) {
		for (HealthContributors.Entry entry : branch) {
			String path = prefix + entry.name();
			if (entry.contributor() instanceof HealthContributors children) {
				leaves(path + '/', children, members, visitor);
			}
			else if (entry.contributor() instanceof HealthIndicator indicator && members.test(path)) {
				visitor.accept(path, indicator);
			}
		}
	}

	/**
	 * Find a contributor.
	 * @param path the path to it
	 * @return whether there is one
	 */
	boolean contains(String path) {
		HealthContributors branch = this.roots;
		String[] names = path.split("/");
		for (int i = 0; i < names.length; i++) {
			HealthContributor found = branch.getContributor(names[i]);
			if (found instanceof HealthContributors children) {
				branch = children;
			}
			else {
				return found != null && i == names.length - 1;
			}
		}
		return true;
	}

	/**
	 * Aggregate as the health endpoint does: branch by branch.
	 * @param members which leaves belong
	 * @param aggregator aggregates one branch
	 * @param last what an indicator said last
	 * @return the status, {@code null} if no leaf belongs
	 */
	@Nullable Status aggregate(Predicate<String> members, StatusAggregator aggregator, LastStatus last) {
		return aggregate("", this.roots, members, aggregator, last);
	}

	private @Nullable Status aggregate(String prefix, HealthContributors branch, Predicate<String> members,
			StatusAggregator aggregator, LastStatus last) {
		Set<Status> statuses = new LinkedHashSet<>();
		for (HealthContributors.Entry entry : branch) {
			String path = prefix + entry.name();
			Status status = null;
			if (entry.contributor() instanceof HealthContributors children) {
				status = aggregate(path + '/', children, members, aggregator, last);
			}
			else if (entry.contributor() instanceof HealthIndicator indicator && members.test(path)) {
				status = announces(indicator) ? status(indicator) : last.of(path);
			}
			if (status != null) {
				statuses.add(status);
			}
		}
		return statuses.isEmpty() ? null : aggregator.getAggregateStatus(statuses);
	}

	/**
	 * Ask an indicator.
	 * @param indicator the indicator
	 * @return its status now
	 */
	static Status status(HealthIndicator indicator) {
		Health health = indicator.health(false);
		return (health != null) ? health.getStatus() : Status.UNKNOWN;
	}

	/**
	 * Whether changes of an indicator come as availability events, so that it need not be
	 * polled. It answers from memory.
	 * @param indicator the indicator
	 * @return whether it follows an availability state
	 */
	static boolean announces(HealthIndicator indicator) {
		return indicator instanceof AvailabilityStateHealthIndicator;
	}

	/**
	 * What an indicator said last.
	 */
	@FunctionalInterface
	interface LastStatus {

		/**
		 * What it said.
		 * @param path the path to the indicator
		 * @return the status, {@code null} if it has not been asked yet
		 */
		@Nullable Status of(String path);

	}

}
