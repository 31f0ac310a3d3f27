package io.github.grpck8s.health;

import java.util.Map;
import java.util.function.Function;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.ServiceConfigFeature;
import org.jspecify.annotations.Nullable;

/**
 * Has channels watch the health of each of their servers and call none that is not
 * serving. Policies that honour it open a Watch on every connection.
 *
 * @param service which name a channel watches, {@code null} for none
 * @see <a href=
 * "https://github.com/grpc/proposal/blob/master/A17-client-side-health-checking.md">gRFC
 * A17</a>
 */
public record HealthCheckedChannels(Function<ChannelSpec, @Nullable String> service) implements ServiceConfigFeature {

	@Override
	public Map<String, ?> serviceConfig(ChannelSpec channel) {
		String watched = this.service.apply(channel);
		// with xDS the control plane says who is healthy
		return (watched == null || channel.hasScheme("xds")) ? Map.of()
				: Map.of("healthCheckConfig", Map.of("serviceName", watched));
	}

}
