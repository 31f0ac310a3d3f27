package io.github.grpck8s.discovery;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Handles the events of one watch.
 */
final class WatchAnswer implements ApiServer.Listener {

	private static final int MAX_ERROR = 64 * 1024;

	private final EndpointSource source;

	private final Lines lines = new Lines(this::event);

	private final StringBuilder error = new StringBuilder();

	private int status;

	private @Nullable String retryAfter;

	private boolean over;

	private boolean understood;

	WatchAnswer(EndpointSource source) {
		this.source = source;
	}

	@Override
	public void headers(int code, @Nullable String wait) {
		this.status = code;
		this.retryAfter = wait;
		if (code == 200) {
			this.source.watching();
		}
	}

	@Override
	public void data(ByteBuffer part) {
		if (this.status == 200) {
			this.lines.feed(part);
		}
		else if (this.error.length() < MAX_ERROR) {
			this.error.append(UTF_8.decode(part));
		}
	}

	@Override
	public void end(@Nullable Throwable cause) {
		if (this.over) {
			return;
		}
		if (cause != null) {
			this.source.failed(cause);
		}
		else if (this.status == 200 && !this.understood && this.lines.fed()) {
			// a proxy's page is no proof that the watch lives
			this.source.failed(new ProtocolException("the watch is not a stream of events"));
		}
		else if (this.status == 200) {
			this.source.endedCleanly();
		}
		else if (this.status == 410) {
			this.source.expired(false);
		}
		else {
			this.source.refused(this.status, "watch", this.error.toString(), this.retryAfter);
		}
	}

	private void event(byte[] line) {
		if (this.over) {
			return;
		}
		JsonNode event;
		try {
			event = JsonTree.read(line);
		}
		catch (IOException ignored) {
			this.source.skipped();
			return;
		}
		String type = String.valueOf(SliceParser.text(event, "type"));
		JsonNode object = event.path("object");
		if (type.equals("ERROR")) {
			error(object);
			return;
		}
		this.understood |= event.isObject() && object.isObject();
		this.source.event();
		switch (type) {
			case "ADDED", "MODIFIED" -> changed(object);
			case "DELETED" -> deleted(object);
			case "BOOKMARK" -> {
			}
			default -> this.source.skipped();
		}
		String version = SliceParser.metadata(object, "resourceVersion");
		if (version != null && !version.isEmpty()) {
			this.source.reached(version);
		}
	}

	private void changed(JsonNode object) {
		if (this.source.parser().isOfAnotherService(object)) {
			// a server that does not turn this into a deletion
			deleted(object);
			return;
		}
		Slice slice = this.source.parser().parse(object);
		if (slice != null) {
			this.source.receiver().changed(slice);
		}
	}

	private void deleted(JsonNode object) {
		String name = SliceParser.metadata(object, "name");
		if (name == null) {
			this.source.skipped();
			return;
		}
		this.source.receiver()
			.deleted(name, SliceParser.metadata(object, "uid"), SliceParser.metadata(object, "resourceVersion"));
	}

	/**
	 * The third form of 410 comes within the stream.
	 */
	private void error(JsonNode answer) {
		this.over = true;
		int code = answer.path("code").asInt(500);
		String reason = String.valueOf(SliceParser.text(answer, "reason"));
		if (code == 410 || reason.equals("Expired") || reason.equals("Gone")) {
			this.source.expired(false);
		}
		else {
			JsonNode wait = answer.path("details").path("retryAfterSeconds");
			this.source.refused(code, "watch", answer.toString(), wait.isNumber() ? wait.asText() : null);
		}
	}

}
