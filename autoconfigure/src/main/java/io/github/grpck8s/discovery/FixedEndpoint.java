package io.github.grpck8s.discovery;

/**
 * An endpoint that a setting names.
 *
 * @param host an address or a name
 * @param port the port, 1 to 65535
 */
public record FixedEndpoint(String host, int port) {

	/**
	 * Read an endpoint.
	 * @param text {@code host:port}, an IPv6 address in brackets
	 * @return the endpoint
	 * @throws IllegalArgumentException if it is malformed
	 */
	public static FixedEndpoint parse(String text) {
		int colon = text.lastIndexOf(':');
		String host = text.substring(0, Math.max(colon, 0)).strip();
		boolean bracketed = host.startsWith("[") && host.endsWith("]");
		if (!host.isEmpty() && (bracketed || host.indexOf(':') < 0)) {
			try {
				int port = Integer.parseInt(text.substring(colon + 1).strip());
				if (port > 0 && port <= 65535) {
					return new FixedEndpoint(bracketed ? host.substring(1, host.length() - 1) : host, port);
				}
			}
			catch (NumberFormatException ignored) {
				// named below
			}
		}
		throw new IllegalArgumentException("'" + text + "' is not host:port");
	}

}
