package io.github.grpck8s.example;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.github.grpck8s.InvalidSettingException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The calling side of the example.
 *
 * @param rate Calls per second
 * @param maxInFlight Most calls that wait for their answer at once; what would be more is
 * left out and shown
 * @param calls How many calls to make before the application ends, with 0 when all of
 * them succeeded and 1 otherwise; each may wait 30 s for a server; 0 for as long as it
 * runs
 * @param methods Methods that are called in turn
 * @param timeout How long the running calls may take when the client stops
 * @param report File to which a line of JSON is added each second
 * @param log Whether the table goes to the log instead of the console
 */
@ConfigurationProperties("example.client")
record ClientProperties(@DefaultValue("100") int rate, @DefaultValue("1000") int maxInFlight,
		@DefaultValue("0") int calls, @DefaultValue("GET_USER") List<ClientMethod> methods,
		@DefaultValue("5s") Duration timeout, @Nullable Path report, @DefaultValue("false") boolean log) {

	ClientProperties {
		if (rate < 1 || rate > 100_000) {
			throw new InvalidSettingException("example.client.rate", rate, "must be between 1 and 100000",
					"Set the calls per second.");
		}
		if (maxInFlight < 1) {
			throw new InvalidSettingException("example.client.max-in-flight", maxInFlight, "must be at least 1",
					"Set how many calls may wait for their answer at once.");
		}
		if (calls < 0) {
			throw new InvalidSettingException("example.client.calls", calls, "must be 0 or more",
					"Set how many calls to make, or 0 for as long as the application runs.");
		}
		if (methods.isEmpty()) {
			throw new InvalidSettingException("example.client.methods", "", "must name at least one method",
					"Take from GET_USER, LIST_USERS, LOOK_UP_USERS and IMPORT_USERS.");
		}
	}

}
