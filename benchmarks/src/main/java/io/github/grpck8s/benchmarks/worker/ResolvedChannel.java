package io.github.grpck8s.benchmarks.worker;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;

import io.github.grpck8s.discovery.KubernetesNameResolverProvider;
import io.grpc.NameResolver;
import io.grpc.NameResolver.ResolutionResult;
import io.grpc.Status;
import io.grpc.SynchronizationContext;

/**
 * The part of a channel that is told which pods there are, and keeps what it was told as
 * a load balancer does.
 */
final class ResolvedChannel extends NameResolver.Listener2 {

	private final Runnable told;

	private ResolutionResult last = ResolutionResult.newBuilder().build();

	private ResolvedChannel(Runnable told) {
		this.told = told;
	}

	/**
	 * Resolve.
	 * @param target the target
	 * @param timers what a channel brings
	 * @param told is run each time the channel is told something
	 * @return ends it
	 */
	static Runnable start(String target, ScheduledExecutorService timers, Runnable told) {
		SynchronizationContext context = new SynchronizationContext((thread, ex) -> ex.printStackTrace());
		NameResolver resolver = new KubernetesNameResolverProvider().newNameResolver(URI.create(target),
				NameResolver.Args.newBuilder()
					.setDefaultPort(80)
					.setProxyDetector((address) -> null)
					.setSynchronizationContext(context)
					.setScheduledExecutorService(timers)
					.setOffloadExecutor(timers)
					.setServiceConfigParser(new NoServiceConfig())
					.build());
		if (resolver == null) {
			throw new IllegalStateException("No resolver for " + target);
		}
		context.execute(() -> resolver.start(new ResolvedChannel(told)));
		return () -> context.execute(resolver::shutdown);
	}

	@Override
	public void onResult(ResolutionResult result) {
		onResult2(result);
	}

	@Override
	public Status onResult2(ResolutionResult result) {
		this.last = result;
		this.told.run();
		return Status.OK;
	}

	@Override
	public void onError(Status error) {
		System.out.println(error + " after " + this.last);
	}

	/**
	 * A channel without a service config.
	 */
	private static final class NoServiceConfig extends NameResolver.ServiceConfigParser {

		@Override
		public NameResolver.ConfigOrError parseServiceConfig(Map<String, ?> config) {
			return NameResolver.ConfigOrError.fromConfig(config);
		}

	}

}
