package io.github.grpck8s.discovery;

import org.jspecify.annotations.Nullable;

/**
 * Compares resource versions, which are decimal numbers of any length since
 * <a href="https://kep.k8s.io/5504">KEP-5504</a>. Anything else cannot be compared.
 */
final class ResourceVersions {

	private ResourceVersions() {
	}

	static boolean comparable(@Nullable String version) {
		if (version == null || version.isEmpty() || version.charAt(0) == '0' && version.length() > 1) {
			return false;
		}
		for (int i = 0; i < version.length(); i++) {
			char c = version.charAt(i);
			if (c < '0' || c > '9') {
				return false;
			}
		}
		return true;
	}

	/**
	 * Whether one version is surely older than another.
	 * @return {@code false} too if they cannot be compared
	 */
	static boolean isOlder(@Nullable String version, @Nullable String than) {
		return version != null && than != null && comparable(version) && comparable(than) && compare(version, than) < 0;
	}

	/**
	 * Compare two versions that are comparable.
	 */
	static int compare(String first, String second) {
		return (first.length() != second.length()) ? Integer.compare(first.length(), second.length())
				: first.compareTo(second);
	}

}
