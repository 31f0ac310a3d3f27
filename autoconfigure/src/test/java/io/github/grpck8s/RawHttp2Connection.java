package io.github.grpck8s;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * A client that writes HTTP/2 frames by hand and so can do what no gRPC client does.
 */
public final class RawHttp2Connection implements AutoCloseable {

	public static final int DATA = 0;

	public static final int HEADERS = 1;

	public static final int RST_STREAM = 3;

	public static final int SETTINGS = 4;

	public static final int PING = 6;

	public static final int GOAWAY = 7;

	public static final int WINDOW_UPDATE = 8;

	public static final int CONTINUATION = 9;

	public static final int END_STREAM = 1;

	public static final int END_HEADERS = 4;

	public static final int ENHANCE_YOUR_CALM = 11;

	public static final int REFUSED_STREAM = 7;

	private static final Frame CLOSED = new Frame(-1, 0, 0, new byte[0]);

	private final Socket socket;

	private final OutputStream out;

	private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();

	private int nextStream = 1;

	/**
	 * Connect and shake hands.
	 * @param port the server's, on the loopback address
	 * @param window bytes that the server may send on each stream
	 */
	public RawHttp2Connection(int port, int window) throws IOException {
		this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
		this.socket.setTcpNoDelay(true);
		this.out = this.socket.getOutputStream();
		this.out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
		write(SETTINGS, 0, 0, ByteBuffer.allocate(6).putShort((short) 4).putInt(window).array());
	}

	/**
	 * Begin to read what the server sends; without this it stays in the socket.
	 */
	public RawHttp2Connection reading() {
		Thread reader = new Thread(this::read, "raw-http2-reader");
		reader.setDaemon(true);
		reader.start();
		return this;
	}

	private void read() {
		try {
			DataInputStream in = new DataInputStream(this.socket.getInputStream());
			while (true) {
				int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
				int type = in.readUnsignedByte();
				int flags = in.readUnsignedByte();
				int stream = in.readInt() & Integer.MAX_VALUE;
				byte[] payload = new byte[length];
				in.readFully(payload);
				this.frames.add(new Frame(type, flags, stream, payload));
			}
		}
		catch (IOException ex) {
			this.frames.add(CLOSED);
		}
	}

	/**
	 * Wait for a frame; those before it are gone.
	 */
	public Frame await(Predicate<Frame> wanted) throws InterruptedException {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
		while (true) {
			Frame frame = this.frames.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
			if (frame == null || frame == CLOSED) {
				throw new AssertionError((frame == null) ? "No such frame in time" : "Closed without such a frame");
			}
			if (wanted.test(frame)) {
				return frame;
			}
		}
	}

	/**
	 * Send one message of a call.
	 * @return the stream
	 */
	public int call(String path, byte[] message, boolean end) throws IOException {
		int stream = open(path, Map.of(), false);
		byte[] framed = ByteBuffer.allocate(5 + message.length)
			.put((byte) 0)
			.putInt(message.length)
			.put(message)
			.array();
		write(DATA, end ? END_STREAM : 0, stream, framed);
		return stream;
	}

	/**
	 * Open a stream with its headers.
	 * @return the stream
	 */
	public int open(String path, Map<String, String> metadata, boolean end) throws IOException {
		int stream = this.nextStream;
		this.nextStream += 2;
		write(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, headers(path, metadata));
		return stream;
	}

	public void reset(int stream) throws IOException {
		write(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(8).array());
	}

	public void write(int type, int flags, int stream, byte[] payload) throws IOException {
		ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
		frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
		frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
		this.out.write(frame.array());
	}

	/**
	 * The headers of a call as HPACK literals without index.
	 */
	public static byte[] headers(String path, Map<String, String> metadata) {
		Map<String, String> all = new LinkedHashMap<>();
		all.put(":method", "POST");
		all.put(":scheme", "http");
		all.put(":path", path);
		all.put(":authority", "localhost");
		all.put("te", "trailers");
		all.put("content-type", "application/grpc");
		all.putAll(metadata);
		ByteArrayOutputStream block = new ByteArrayOutputStream();
		all.forEach((name, value) -> {
			block.write(0);
			string(block, name);
			string(block, value);
		});
		return block.toByteArray();
	}

	private static void string(ByteArrayOutputStream block, String text) {
		int rest = text.length();
		if (rest < 127) {
			block.write(rest);
		}
		else {
			block.write(127);
			for (rest -= 127; rest >= 128; rest >>= 7) {
				block.write((rest & 127) | 128);
			}
			block.write(rest);
		}
		block.writeBytes(text.getBytes(US_ASCII));
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	/**
	 * What the server sent.
	 */
	public record Frame(int type, int flags, int stream, byte[] payload) {

		public boolean is(int type) {
			return this.type == type;
		}

		/**
		 * Of RST_STREAM and GOAWAY.
		 */
		public int errorCode() {
			return ByteBuffer.wrap(this.payload).getInt(is(GOAWAY) ? 4 : 0);
		}

		/**
		 * Of GOAWAY.
		 */
		public String debugData() {
			return new String(this.payload, 8, this.payload.length - 8, US_ASCII);
		}

		/**
		 * Of HEADERS: enough to find short values in it.
		 */
		public String text() {
			return new String(this.payload, ISO_8859_1);
		}

	}

}
