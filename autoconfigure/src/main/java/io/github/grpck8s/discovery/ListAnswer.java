package io.github.grpck8s.discovery;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Handles one page of a list. Nothing of it counts before the last page is complete.
 */
final class ListAnswer implements ApiServer.Listener {

	private final EndpointSource source;

	private final List<Slice> slices;

	private final boolean furtherPage;

	private final ResponseBody body = new ResponseBody();

	private int status;

	private @Nullable String retryAfter;

	ListAnswer(EndpointSource source, List<Slice> before, boolean furtherPage) {
		this.source = source;
		this.slices = before;
		this.furtherPage = furtherPage;
	}

	@Override
	public void headers(int code, @Nullable String wait) {
		this.status = code;
		this.retryAfter = wait;
	}

	@Override
	public void data(ByteBuffer part) {
		this.body.add(part);
	}

	@Override
	public void end(@Nullable Throwable cause) {
		if (cause != null) {
			this.source.failed(cause);
		}
		else if (this.status == 410) {
			this.source.expired(this.furtherPage);
		}
		else if (this.status != 200) {
			this.source.refused(this.status, "list", new String(this.body.take(), UTF_8), this.retryAfter);
		}
		else {
			page();
		}
	}

	private void page() {
		JsonNode page;
		try {
			page = JsonTree.read(this.body.take());
		}
		catch (JsonProcessingException ex) {
			this.source.failed(new ProtocolException("the list is not JSON: " + ex.getOriginalMessage()));
			return;
		}
		catch (IOException ex) {
			this.source.failed(ex);
			return;
		}
		String version = SliceParser.metadata(page, "resourceVersion");
		if (version == null || !page.path("items").isArray() && !page.path("items").isNull()) {
			this.source.failed(new ProtocolException("the answer is not a list of EndpointSlices"));
			return;
		}
		for (JsonNode item : page.path("items")) {
			Slice slice = this.source.parser().parse(item);
			if (slice != null) {
				this.slices.add(slice);
			}
		}
		String next = SliceParser.metadata(page, "continue");
		if (next != null && !next.isEmpty()) {
			this.source.nextPage(next, this.slices);
		}
		else {
			this.source.listed(this.slices, version);
		}
	}

}
