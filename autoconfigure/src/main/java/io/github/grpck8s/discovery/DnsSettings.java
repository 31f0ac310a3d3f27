package io.github.grpck8s.discovery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * How DNS is asked for the pods of headless Services.
 *
 * @param interval time between two questions, positive
 * @param timeout time that one server has for an answer, positive
 * @param hold time for which the last endpoints are kept although DNS says that there are
 * none, 0 for not at all
 * @param clusterDomain the domain of the cluster, or {@code null} for the one in the
 * search list of {@code resolv.conf}
 * @param servers the DNS servers, none for those of {@code resolv.conf}
 */
public record DnsSettings(Duration interval, Duration timeout, Duration hold, @Nullable String clusterDomain,
		List<InetSocketAddress> servers) {

	/**
	 * A change is seen within 5 s, which is also what CoreDNS lets answers be kept for.
	 */
	public static final DnsSettings DEFAULT = new DnsSettings(Duration.ofSeconds(5), Duration.ofSeconds(1),
			Duration.ofSeconds(10), null, List.of());

	/**
	 * A DNS server. It has an address and no name: who would look that up.
	 */
	public static final class Server {

		private static final Pattern ADDRESS = Pattern.compile(
				"(\\d+(?:\\.\\d+){3})(?::(\\d+))?|([0-9a-fA-F:.]*:[0-9a-fA-F:.]*)|\\[([0-9a-fA-F:.]+)](?::(\\d+))?");

		private Server() {
		}

		/**
		 * Read a server.
		 * @param text an address, or an address and a port, an IPv6 address then in
		 * brackets
		 * @return the server, at port 53 if none is named
		 * @throws IllegalArgumentException if it is malformed
		 */
		public static InetSocketAddress parse(String text) {
			Matcher matcher = ADDRESS.matcher(text.strip());
			if (matcher.matches()) {
				String host = first(matcher.group(1), matcher.group(3), matcher.group(4));
				String port = first(matcher.group(2), matcher.group(5), "53");
				try {
					return new InetSocketAddress(InetAddress.getByName(host), Integer.parseInt(port));
				}
				catch (UnknownHostException | IllegalArgumentException ignored) {
					// named below
				}
			}
			throw new IllegalArgumentException("'" + text + "' is not an address or address:port");
		}

		private static String first(@Nullable String... candidates) {
			return Stream.of(candidates).filter(Objects::nonNull).findFirst().orElseThrow();
		}

	}

}
