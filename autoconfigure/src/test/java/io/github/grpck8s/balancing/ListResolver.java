package io.github.grpck8s.balancing;

import java.net.URI;
import java.util.List;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.SynchronizationContext;
import org.jspecify.annotations.Nullable;

/**
 * A resolver for one channel at a time that finds what a test says.
 */
class ListResolver extends NameResolverProvider {

	static final String SCHEME = "list-of-pods";

	private volatile NameResolver.@Nullable Listener2 listener;

	private volatile @Nullable SynchronizationContext context;

	void find(Attributes attributes, List<EquivalentAddressGroup> addresses) {
		tell(NameResolver.ResolutionResult.newBuilder()
			.setAddressesOrError(StatusOr.fromValue(addresses))
			.setAttributes(attributes)
			.build());
	}

	void fail(Status error) {
		tell(NameResolver.ResolutionResult.newBuilder().setAddressesOrError(StatusOr.fromStatus(error)).build());
	}

	private void tell(NameResolver.ResolutionResult result) {
		NameResolver.Listener2 told = this.listener;
		SynchronizationContext in = this.context;
		if (told == null || in == null) {
			throw new IllegalStateException("The channel has not started yet");
		}
		in.execute(() -> told.onResult2(result));
	}

	boolean isStarted() {
		return this.listener != null;
	}

	@Override
	public NameResolver newNameResolver(URI target, NameResolver.Args args) {
		this.context = args.getSynchronizationContext();
		return new NameResolver() {

			@Override
			public String getServiceAuthority() {
				return "users.shop.svc";
			}

			@Override
			public void start(Listener2 started) {
				ListResolver.this.listener = started;
			}

			@Override
			public void shutdown() {
			}

		};
	}

	@Override
	protected boolean isAvailable() {
		return true;
	}

	@Override
	protected int priority() {
		return 5;
	}

	@Override
	public String getDefaultScheme() {
		return SCHEME;
	}

}
