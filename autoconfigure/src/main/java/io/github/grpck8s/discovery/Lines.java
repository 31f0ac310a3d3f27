package io.github.grpck8s.discovery;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Cuts a stream of bytes into lines: the API server writes one event of a watch to a
 * line. What follows the last newline is kept; when the stream ends there it was cut
 * short and will be sent again.
 */
final class Lines {

	/**
	 * No object of Kubernetes is as large: etcd takes 1.5 MiB.
	 */
	private static final int MAX = 8 * 1024 * 1024;

	private final Consumer<byte[]> line;

	private ByteArrayOutputStream rest = new ByteArrayOutputStream();

	private boolean fed;

	Lines(Consumer<byte[]> line) {
		this.line = line;
	}

	/**
	 * Whether anything came.
	 */
	boolean fed() {
		return this.fed;
	}

	/**
	 * Take a part of the stream.
	 * @throws IllegalStateException if a line has no end
	 */
	void feed(ByteBuffer part) {
		byte[] bytes = new byte[part.remaining()];
		part.get(bytes);
		this.fed |= bytes.length > 0;
		int begin = 0;
		for (int i = 0; i < bytes.length; i++) {
			if (bytes[i] == '\n') {
				this.rest.write(bytes, begin, i - begin);
				begin = i + 1;
				if (this.rest.size() > 0) {
					byte[] whole = this.rest.toByteArray();
					// a large event is rare: its memory is not kept for the next one
					this.rest = new ByteArrayOutputStream();
					this.line.accept(whole);
				}
			}
		}
		this.rest.write(bytes, begin, bytes.length - begin);
		if (this.rest.size() > MAX) {
			throw new IllegalStateException("an event of the watch has more than " + MAX + " bytes");
		}
	}

}
