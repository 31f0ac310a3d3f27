package io.github.grpck8s.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Listens on a free port of 127.0.0.1 and can go away and come back on the same port.
 * Each connection has a daemon thread.
 */
final class LoopbackServer {

	private static final AtomicInteger NUMBER = new AtomicInteger();

	private final HttpConnection.Handler handler;

	private final IntSupplier pieces;

	private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();

	private final ExecutorService threads;

	private final InetSocketAddress address;

	private @Nullable ServerSocket listening;

	/**
	 * Holds the port while nobody listens, so that the system gives it to nobody else.
	 */
	private @Nullable Socket holding;

	LoopbackServer(HttpConnection.Handler handler, IntSupplier pieces) {
		this.handler = handler;
		this.pieces = pieces;
		String name = "fake-kubernetes-" + NUMBER.incrementAndGet();
		this.threads = Executors.newCachedThreadPool((task) -> {
			Thread thread = new Thread(task, name);
			thread.setDaemon(true);
			return thread;
		});
		this.address = listen(new InetSocketAddress(loopback(), 0));
	}

	/**
	 * IPv4 also where the system prefers IPv6: the address stands in a URL.
	 */
	private static InetAddress loopback() {
		try {
			return InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 });
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	InetSocketAddress address() {
		return this.address;
	}

	/**
	 * Listen again after {@link #refuse()}.
	 */
	synchronized void listen() {
		if (this.listening == null) {
			close(this.holding);
			this.holding = null;
			listen(this.address);
		}
	}

	private InetSocketAddress listen(InetSocketAddress where) {
		try {
			ServerSocket server = new ServerSocket();
			server.setReuseAddress(true);
			server.bind(where, 1024);
			this.listening = server;
			this.threads.execute(() -> accept(server));
			return (InetSocketAddress) server.getLocalSocketAddress();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot listen on " + where, ex);
		}
	}

	private void accept(ServerSocket server) {
		try {
			while (true) {
				Socket socket = server.accept();
				HttpConnection connection = new HttpConnection(socket, this.handler, this.threads, this.pieces);
				this.connections.add(connection);
				if (server.isClosed()) {
					connection.reset();
				}
				this.threads.execute(() -> {
					connection.run();
					this.connections.remove(connection);
				});
			}
		}
		catch (IOException | RejectedExecutionException ignored) {
			// closed
		}
	}

	/**
	 * Reset all connections and refuse new ones.
	 */
	synchronized void refuse() {
		if (this.listening != null) {
			close(this.listening);
			this.listening = null;
			resetConnections();
			try {
				Socket socket = new Socket();
				socket.setReuseAddress(true);
				socket.bind(this.address);
				this.holding = socket;
			}
			catch (IOException ignored) {
				// then we trust that nobody takes it
			}
		}
	}

	void resetConnections() {
		this.connections.forEach(HttpConnection::reset);
	}

	synchronized void close() {
		refuse();
		close(this.holding);
		this.holding = null;
		this.threads.shutdownNow();
	}

	private static void close(@Nullable AutoCloseable closeable) {
		try {
			if (closeable != null) {
				closeable.close();
			}
		}
		catch (Exception ignored) {
			// closed is all we want
		}
	}

}
