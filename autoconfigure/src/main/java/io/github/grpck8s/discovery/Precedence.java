package io.github.grpck8s.discovery;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Which of several mentions of the same endpoint is believed (rule R13): the one in the
 * slice with the highest resource version; where those cannot be compared one that is not
 * terminating, then the first by the name of the slice. The order of the mentions does
 * not count.
 */
final class Precedence {

	private static final Comparator<PodEndpoint> WITHOUT_VERSIONS = Comparator
		.comparing((PodEndpoint endpoint) -> endpoint.data().terminating())
		.thenComparing((endpoint) -> endpoint.slice().name)
		.thenComparing((endpoint) -> !endpoint.data().isReady())
		.thenComparing(PodEndpoint.ORDER);

	private static final Comparator<PodEndpoint> NEWEST_FIRST = ((Comparator<PodEndpoint>) (first,
			second) -> ResourceVersions.compare(version(second), version(first)))
		.thenComparing(WITHOUT_VERSIONS);

	private Precedence() {
	}

	static PodEndpoint of(List<PodEndpoint> mentions) {
		boolean comparable = mentions.stream()
			.allMatch((endpoint) -> ResourceVersions.comparable(endpoint.slice().resourceVersion));
		return mentions.stream().min(comparable ? NEWEST_FIRST : WITHOUT_VERSIONS).orElseThrow();
	}

	private static String version(PodEndpoint endpoint) {
		return Objects.requireNonNull(endpoint.slice().resourceVersion);
	}

}
