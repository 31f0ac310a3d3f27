package io.github.grpck8s;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Joins the parts of the rooms into one service config.
 */
public final class ServiceConfigs {

	private ServiceConfigs() {
	}

	/**
	 * Join what every feature has to say of a channel.
	 * @param features the features in their order
	 * @param channel which channel it is
	 * @return the service config, empty when nobody has anything to say
	 * @throws IllegalStateException if two features set the same key to something that is
	 * no list
	 */
	public static Map<String, Object> merge(Iterable<? extends ServiceConfigFeature> features, ChannelSpec channel) {
		Map<String, Object> whole = new LinkedHashMap<>();
		for (ServiceConfigFeature feature : features) {
			feature.serviceConfig(channel)
				.forEach((key, value) -> whole.merge(key, value, (former, latter) -> join(key, former, latter)));
		}
		return whole;
	}

	private static Object join(String key, Object former, Object latter) {
		if (former instanceof List<?> first && latter instanceof List<?> second) {
			List<Object> joined = new ArrayList<>(first);
			joined.addAll(second);
			return joined;
		}
		throw new IllegalStateException("Two features set '" + key + "' of a service config");
	}

}
