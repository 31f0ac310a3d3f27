package io.github.grpck8s.example.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a server of the demo listens.
 *
 * @param host an address of the loopback network
 * @param port a port that was free a moment ago
 */
record Address(String host, int port) {

	private static final int TRIES = 20;

	/**
	 * Find addresses for pods: 127.0.0.11 and following with the same port, as pods have
	 * it; where the system has no loopback address but 127.0.0.1 (macOS), that one with
	 * different ports.
	 * @param count how many
	 * @return the addresses
	 */
	static List<Address> find(int count) {
		for (int i = 0; i < TRIES; i++) {
			List<Address> found = find(count, true);
			if (found.size() == count) {
				return found;
			}
		}
		List<Address> found = find(count, false);
		if (found.size() < count) {
			throw new DemoFailedException("Cannot listen on 127.0.0.1");
		}
		return found;
	}

	/**
	 * All stay bound until the last is, so that no port is found twice.
	 */
	static List<Address> find(int count, boolean ownHosts) {
		List<Address> found = new ArrayList<>();
		List<ServerSocket> sockets = new ArrayList<>();
		try {
			int port = 0;
			for (int i = 0; i < count; i++) {
				String host = ownHosts ? "127.0.0." + (11 + i) : "127.0.0.1";
				ServerSocket socket = new ServerSocket();
				sockets.add(socket);
				socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
				found.add(new Address(host, socket.getLocalPort()));
				port = ownHosts ? socket.getLocalPort() : 0;
			}
		}
		catch (IOException ignored) {
			// the caller sees that some are missing
		}
		sockets.forEach(Address::close);
		return found;
	}

	private static void close(ServerSocket socket) {
		try {
			socket.close();
		}
		catch (IOException ignored) {
			// then the port is not free, and the server says so
		}
	}

}
