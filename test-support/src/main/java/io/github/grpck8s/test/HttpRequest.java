package io.github.grpck8s.test;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A request as it was read from a connection.
 *
 * @param method the method, for example {@code GET}
 * @param path the path without the query
 * @param query the decoded parameters; the last of a name counts
 * @param headers the headers with names in lower case
 */
record HttpRequest(String method, String path, Map<String, String> query, Map<String, String> headers) {

	private static final int MAX_LINE = 64 * 1024;

	/**
	 * Read one request and leave its body behind.
	 * @param in where to read
	 * @return the request, {@code null} when the peer has ended the connection
	 * @throws IOException when the connection breaks or it is not HTTP
	 */
	static @Nullable HttpRequest read(InputStream in) throws IOException {
		String line = line(in);
		if (line == null) {
			return null;
		}
		String[] parts = line.split(" ");
		if (parts.length != 3) {
			throw new IOException("Not a request: " + line);
		}
		Map<String, String> headers = new LinkedHashMap<>();
		String header = line(in);
		while (header != null && !header.isEmpty()) {
			int colon = header.indexOf(':');
			if (colon > 0) {
				headers.put(header.substring(0, colon).trim().toLowerCase(Locale.ROOT),
						header.substring(colon + 1).trim());
			}
			header = line(in);
		}
		try {
			in.skipNBytes(Long.parseLong(headers.getOrDefault("content-length", "0")));
			int mark = parts[1].indexOf('?');
			return (mark < 0) ? new HttpRequest(parts[0], parts[1], Map.of(), headers) : new HttpRequest(parts[0],
					parts[1].substring(0, mark), query(parts[1].substring(mark + 1)), headers);
		}
		catch (IllegalArgumentException ex) {
			throw new IOException("Not a request: " + line, ex);
		}
	}

	private static Map<String, String> query(String text) {
		Map<String, String> query = new LinkedHashMap<>();
		for (String pair : text.split("&")) {
			String[] parts = pair.split("=", 2);
			query.put(decode(parts[0]), (parts.length == 2) ? decode(parts[1]) : "");
		}
		return query;
	}

	private static String decode(String text) {
		return URLDecoder.decode(text, StandardCharsets.UTF_8);
	}

	private static @Nullable String line(InputStream in) throws IOException {
		StringBuilder line = new StringBuilder();
		int next = in.read();
		if (next < 0) {
			return null;
		}
		while (next != '\n') {
			if (next < 0) {
				throw new EOFException("Connection ended within a request");
			}
			if (line.length() > MAX_LINE) {
				throw new IOException("Line longer than " + MAX_LINE + " bytes");
			}
			if (next != '\r') {
				line.append((char) next);
			}
			next = in.read();
		}
		return line.toString();
	}

	boolean isWatch() {
		String watch = this.query.getOrDefault("watch", "false");
		return "true".equals(watch) || "1".equals(watch);
	}

	boolean isPage() {
		return !this.query.getOrDefault("continue", "").isEmpty();
	}

	long number(String parameter, long otherwise) {
		String value = this.query.getOrDefault(parameter, "");
		return value.isEmpty() ? otherwise : Long.parseLong(value);
	}

}
