package io.github.grpck8s.test;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.IntSupplier;

import org.jspecify.annotations.Nullable;

/**
 * One accepted connection, with more control than a server usually gives: it can be
 * reset, held in silence, and its answers cut into pieces of any size. One thread reads
 * requests and writes answers; {@link #reset()} may come from any.
 */
final class HttpConnection implements Runnable {

	private final Socket socket;

	private final InputStream in;

	private final OutputStream out;

	private final Handler handler;

	private final ExecutorService threads;

	private final IntSupplier pieces;

	private @Nullable Future<?> goneDetector;

	/**
	 * Answers requests.
	 */
	@FunctionalInterface
	interface Handler {

		void handle(HttpRequest request, HttpConnection connection) throws IOException, InterruptedException;

	}

	HttpConnection(Socket socket, Handler handler, ExecutorService threads, IntSupplier pieces) throws IOException {
		this.socket = socket;
		this.in = new BufferedInputStream(socket.getInputStream());
		this.out = socket.getOutputStream();
		this.handler = handler;
		this.threads = threads;
		this.pieces = pieces;
	}

	@Override
	public void run() {
		try (this.socket) {
			this.socket.setTcpNoDelay(true);
			HttpRequest request = HttpRequest.read(this.in);
			while (request != null) {
				this.handler.handle(request, this);
				if (this.goneDetector != null) {
					// reads the first byte of the next request: only one may read
					this.goneDetector.get();
					this.goneDetector = null;
				}
				request = "close".equalsIgnoreCase(request.headers().get("connection")) ? null
						: HttpRequest.read(this.in);
			}
		}
		catch (IOException | RejectedExecutionException ignored) {
			// the client went, or we reset the connection or closed everything
		}
		catch (InterruptedException | ExecutionException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Answer with a body.
	 * @param status the status code
	 * @param headers further headers
	 * @param type the content type
	 * @param body the body
	 * @throws IOException when the client is gone
	 */
	void answer(int status, Map<String, String> headers, String type, String body) throws IOException {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		if (this.pieces.getAsInt() > 0) {
			startStream(status, headers, type);
			write(bytes, 0, bytes.length);
			endStream();
			return;
		}
		this.out.write(head(status, headers, type, "Content-Length: " + bytes.length));
		this.out.write(bytes);
		this.out.flush();
	}

	/**
	 * Send the first half of an answer and reset the connection.
	 * @param type the content type
	 * @param body the whole body
	 * @throws IOException when the client is gone
	 */
	void answerHalf(String type, String body) throws IOException {
		byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
		this.out.write(head(200, Map.of(), type, "Content-Length: " + bytes.length));
		this.out.write(bytes, 0, bytes.length / 2);
		this.out.flush();
		reset();
	}

	void startStream(int status, Map<String, String> headers, String type) throws IOException {
		this.out.write(head(status, headers, type, "Transfer-Encoding: chunked"));
		this.out.flush();
	}

	void write(String text) throws IOException {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		write(bytes, 0, bytes.length);
	}

	private void write(byte[] bytes, int from, int to) throws IOException {
		int piece = this.pieces.getAsInt();
		int step = (piece > 0) ? piece : bytes.length;
		for (int start = from; start < to; start += step) {
			int length = Math.min(step, to - start);
			byte[] size = (Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
			byte[] chunk = new byte[size.length + length + 2];
			System.arraycopy(size, 0, chunk, 0, size.length);
			System.arraycopy(bytes, start, chunk, size.length, length);
			chunk[chunk.length - 2] = '\r';
			chunk[chunk.length - 1] = '\n';
			this.out.write(chunk);
			this.out.flush();
		}
	}

	void endStream() throws IOException {
		this.out.write("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
		this.out.flush();
	}

	private static byte[] head(int status, Map<String, String> headers, String type, String length) {
		StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(" Fake\r\n");
		head.append("Content-Type: ").append(type).append("\r\n").append(length).append("\r\n");
		headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
		return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
	}

	/**
	 * Call back when the client closes the connection, or when it sends its next request.
	 * To be used at most once per request.
	 * @param gone called on another thread, only when it is gone
	 */
	void onGone(Runnable gone) {
		this.goneDetector = this.threads.submit(() -> {
			if (!hasMore()) {
				gone.run();
			}
		});
	}

	/**
	 * Say nothing until the client gives up.
	 */
	void awaitGone() {
		boolean more = hasMore();
		while (more) {
			try {
				this.in.skipNBytes(1);
				more = hasMore();
			}
			catch (IOException ex) {
				more = false;
			}
		}
	}

	private boolean hasMore() {
		try {
			this.in.mark(1);
			boolean more = this.in.read() >= 0;
			this.in.reset();
			return more;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * End the connection so that the client sees a reset and no orderly end.
	 */
	void reset() {
		try {
			this.socket.setSoLinger(true, 0);
			this.socket.close();
		}
		catch (IOException ignored) {
			// it is closed already, which is what we want
		}
	}

}
