package io.github.grpck8s.discovery;

/**
 * Which addresses of the pods a channel uses.
 */
public enum IpFamily {

	/**
	 * The family of the own pod's address if that is known, else the one that has
	 * endpoints, IPv4 first.
	 */
	AUTO,

	/**
	 * IPv4 addresses.
	 */
	IPV4,

	/**
	 * IPv6 addresses.
	 */
	IPV6

}
