package io.github.grpck8s.resilience;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Stands before a server and cuts its connections without a goodbye, as a pod that is
 * killed does: what the server did by then is done, and nobody hears of it.
 */
final class CuttableProxy implements AutoCloseable {

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final ServerSocket listening;

	private final int target;

	CuttableProxy(int target) throws IOException {
		this.target = target;
		this.listening = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
		this.threads.execute(this::accept);
	}

	InetSocketAddress address() {
		return new InetSocketAddress("127.0.0.1", this.listening.getLocalPort());
	}

	/**
	 * Reset every connection.
	 */
	void cut() {
		this.sockets.removeIf((socket) -> {
			try (socket) {
				socket.setSoLinger(true, 0);
			}
			catch (IOException ignored) {
				// its other side was cut before
			}
			return true;
		});
	}

	private void accept() {
		while (!this.listening.isClosed()) {
			try {
				Socket client = this.listening.accept();
				Socket server = new Socket("127.0.0.1", this.target);
				this.sockets.add(client);
				this.sockets.add(server);
				this.threads.execute(() -> pump(client, server));
				this.threads.execute(() -> pump(server, client));
			}
			catch (IOException ignored) {
				// closed
			}
		}
	}

	private static void pump(Socket from, Socket to) {
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			in.transferTo(out);
		}
		catch (IOException ignored) {
			// cut
		}
	}

	@Override
	public void close() throws IOException {
		this.listening.close();
		cut();
		this.threads.shutdownNow();
	}

}
