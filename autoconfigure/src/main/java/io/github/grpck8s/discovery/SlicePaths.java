package io.github.grpck8s.discovery;

import java.net.URLEncoder;

import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What is asked of the API server: the slices of one Service in one namespace, nothing
 * else.
 */
final class SlicePaths {

	private static final int PAGE = 500;

	private final String slices;

	SlicePaths(ServiceKey service) {
		this.slices = "/apis/discovery.k8s.io/v1/namespaces/" + service.namespace() + "/endpointslices?labelSelector="
				+ encode(SliceParser.SERVICE_LABEL + "=" + service.service());
	}

	/**
	 * A list without a version is the newest there is.
	 * @param paged whether it may come in pages
	 * @param continueFrom where the next page begins, {@code null} for the first
	 */
	String list(boolean paged, @Nullable String continueFrom) {
		return this.slices + (paged ? "&limit=" + PAGE : "")
				+ ((continueFrom != null) ? "&continue=" + encode(continueFrom) : "");
	}

	/**
	 * A watch.
	 * @param from the version that it begins after
	 * @param seconds when the API server is to end it
	 */
	String watch(String from, int seconds) {
		return this.slices + "&watch=true&allowWatchBookmarks=true&timeoutSeconds=" + seconds + "&resourceVersion="
				+ encode(from);
	}

	private static String encode(String value) {
		return URLEncoder.encode(value, UTF_8);
	}

}
