package io.github.grpck8s.discovery;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * Collects an answer that is read as a whole. Keeps nothing of it afterwards: an HTTP
 * client may hold on to whoever took its last answer.
 */
final class ResponseBody {

	private ByteArrayOutputStream bytes = new ByteArrayOutputStream();

	void add(ByteBuffer part) {
		byte[] next = new byte[part.remaining()];
		part.get(next);
		this.bytes.write(next, 0, next.length);
	}

	/**
	 * What has come since the last time.
	 */
	byte[] take() {
		byte[] all = this.bytes.toByteArray();
		this.bytes = new ByteArrayOutputStream();
		return all;
	}

}
