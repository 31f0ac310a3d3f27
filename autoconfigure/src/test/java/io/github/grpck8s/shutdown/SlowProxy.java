package io.github.grpck8s.shutdown;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A long way to a server: what is sent arrives later, in either direction.
 */
final class SlowProxy implements AutoCloseable {

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final ScheduledExecutorService way = Executors.newSingleThreadScheduledExecutor();

	private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

	private final int target;

	private final Duration delay;

	SlowProxy(int target, Duration delay) throws IOException {
		this.target = target;
		this.delay = delay;
		this.threads.execute(this::accept);
	}

	int port() {
		return this.listening.getLocalPort();
	}

	private void accept() {
		while (!this.listening.isClosed()) {
			try {
				Socket client = this.listening.accept();
				Socket server = new Socket(InetAddress.getLoopbackAddress(), this.target);
				this.threads.execute(() -> pump(client, server));
				this.threads.execute(() -> pump(server, client));
			}
			catch (IOException ignored) {
				// closed
			}
		}
	}

	private void pump(Socket from, Socket to) {
		try {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			byte[] buffer = new byte[8192];
			for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
				byte[] bytes = Arrays.copyOf(buffer, length);
				later(() -> out.write(bytes));
			}
		}
		catch (IOException ignored) {
			// reset
		}
		later(to::close);
	}

	// one thread, equal delays: what was sent first arrives first
	private void later(Arrival arrival) {
		if (!this.way.isShutdown()) {
			this.way.schedule(() -> {
				try {
					arrival.happen();
				}
				catch (IOException ignored) {
					// nobody is there any more
				}
			}, this.delay.toNanos(), TimeUnit.NANOSECONDS);
		}
	}

	@Override
	public void close() throws IOException {
		this.listening.close();
		this.way.shutdownNow();
		this.threads.shutdownNow();
	}

	private interface Arrival {

		void happen() throws IOException;

	}

}
