package io.github.grpck8s.discovery;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Asks the API server for the zone of the own node (R30). The only request for something
 * that belongs to no namespace, so it is made only where a setting asks for it (R49).
 * Ends with the first answer, with the scheduler, or when an endpoint tells the zone.
 */
final class NodeLookup implements ApiServer.Listener {

	static final String ZONE_LABEL = "topology.kubernetes.io/zone";

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final long RETRY_SECONDS = 60;

	private static final Logger logger = LoggerFactory.getLogger(NodeLookup.class);

	private final String node;

	private final ApiServer api;

	private final ScheduledExecutorService scheduler;

	private final NodeZones zones;

	private final Runnable known;

	private final ResponseBody body = new ResponseBody();

	private volatile int status;

	private boolean warned;

	private NodeLookup(String node, ApiServer api, ScheduledExecutorService scheduler, NodeZones zones,
			Runnable known) {
		this.node = node;
		this.api = api;
		this.scheduler = scheduler;
		this.zones = zones;
		this.known = known;
	}

	/**
	 * Begin to ask, unless that was done or is not needed.
	 * @param known is called when the zone is known
	 */
	static void begin(String node, ApiServer api, ScheduledExecutorService scheduler, NodeZones zones, Runnable known) {
		if (zones.beginLookup(node)) {
			new NodeLookup(node, api, scheduler, zones, known).ask();
		}
	}

	private void ask() {
		if (this.zones.of(this.node) == null) {
			this.body.take();
			this.status = 0;
			this.api.get("/api/v1/nodes/" + URLEncoder.encode(this.node, UTF_8), TIMEOUT, this);
		}
	}

	@Override
	public void headers(int code, @Nullable String retryAfter) {
		this.status = code;
	}

	@Override
	public void data(ByteBuffer part) {
		this.body.add(part);
	}

	@Override
	public void end(@Nullable Throwable cause) {
		if (cause == null && this.status == 200) {
			String zone = zone();
			if (zone == null) {
				logger.warn("Node {} has no label {}: zone hints are not used", this.node, ZONE_LABEL);
			}
			else if (this.zones.learn(this.node, zone)) {
				this.known.run();
			}
			return;
		}
		if (!this.warned) {
			this.warned = true;
			logger.warn(
					"Cannot read the zone of node {} ({}), trying again: grpc.k8s.discovery.look-up-node needs a ClusterRole with get on nodes; or set grpc.k8s.discovery.zone",
					this.node, (cause != null) ? cause.toString() : "status " + this.status);
		}
		try {
			this.scheduler.schedule(this::ask, RETRY_SECONDS, TimeUnit.SECONDS);
		}
		catch (RejectedExecutionException ignored) {
			// nobody is left who would want to know
		}
	}

	private @Nullable String zone() {
		try {
			JsonNode labels = JsonTree.read(this.body.take()).path("metadata").path("labels");
			return SliceParser.text(labels, ZONE_LABEL);
		}
		catch (IOException ignored) {
			return null;
		}
	}

}
