package io.github.grpck8s.example;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

import tools.jackson.databind.json.JsonMapper;

/**
 * The counts as lines of JSON for a program. Each line is in the file when its second is
 * over.
 */
class ReportFile implements Closeable {

	private final JsonMapper json = JsonMapper.shared();

	private final BufferedWriter writer;

	ReportFile(Path path) throws IOException {
		this.writer = Files.newBufferedWriter(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
	}

	void add(long second, long now, Tally.Counts counts) throws IOException {
		Map<String, Object> line = new LinkedHashMap<>();
		line.put("second", second);
		line.put("time", now);
		line.put("calls", counts.calls());
		line.put("failures", counts.failures());
		line.put("pods", counts.pods());
		line.put("first", counts.first());
		line.put("notSent", counts.heldBack());
		this.writer.write(this.json.writeValueAsString(line));
		this.writer.newLine();
		this.writer.flush();
	}

	@Override
	public void close() throws IOException {
		this.writer.close();
	}

}
