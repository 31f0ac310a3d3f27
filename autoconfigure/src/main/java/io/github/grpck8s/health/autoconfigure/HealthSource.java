package io.github.grpck8s.health.autoconfigure;

import java.util.Map;
import java.util.function.BooleanSupplier;

import io.github.grpck8s.health.Indicator;
import io.github.grpck8s.health.IndicatorPoller;

/**
 * Where the groups and the indicators of the application come from.
 */
interface HealthSource {

	/**
	 * Resolve the groups. Called once, when all beans are there and before anything else.
	 * @param poller knows what the indicators said last
	 * @throws io.github.grpck8s.InvalidSettingException if a name leads nowhere
	 */
	void open(IndicatorPoller poller);

	/**
	 * The groups that are served.
	 * @return what each says, by name; empty before the source is open
	 */
	Map<String, BooleanSupplier> groups();

	/**
	 * The indicators that must be asked because they do not announce their changes.
	 * @return those that belong to a served group, by name
	 */
	Map<String, Indicator> indicators();

}
