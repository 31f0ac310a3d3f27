package io.github.grpck8s.discovery;

import java.util.concurrent.CompletableFuture;

/**
 * Where the endpoints of a channel come from.
 */
@FunctionalInterface
interface Source {

	/**
	 * Follow a Service. May take a while; does not block.
	 * @param service the Service
	 * @param changed is called, on any thread, whenever the state may have changed
	 * @return the subscription, completes exceptionally if the configuration is not
	 * usable; whoever asked closes it
	 */
	CompletableFuture<Subscription> subscribe(ServiceKey service, Runnable changed);

}
