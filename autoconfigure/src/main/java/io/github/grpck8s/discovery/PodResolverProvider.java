package io.github.grpck8s.discovery;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.Set;
import java.util.function.Function;

import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.Uri;
import org.jspecify.annotations.Nullable;

/**
 * What the providers of our schemes have in common.
 */
abstract class PodResolverProvider extends NameResolverProvider {

	private final String scheme;

	private final Function<ResolverFactory, NameResolver> way;

	/**
	 * Create.
	 * @param scheme the scheme of the targets that it resolves
	 * @param way how their pods are found
	 */
	PodResolverProvider(String scheme, Function<ResolverFactory, NameResolver> way) {
		this.scheme = scheme;
		this.way = way;
	}

	@Override
	public final @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
		return resolver(target.getScheme(), target.toString(), args);
	}

	@Override
	public final @Nullable NameResolver newNameResolver(Uri target, NameResolver.Args args) {
		return resolver(target.getScheme(), target.toString(), args);
	}

	private @Nullable NameResolver resolver(@Nullable String asked, String target, NameResolver.Args args) {
		return this.scheme.equalsIgnoreCase(asked) ? this.way.apply(ResolverFactory.of(target, args)) : null;
	}

	@Override
	public final String getDefaultScheme() {
		return this.scheme;
	}

	@Override
	protected final boolean isAvailable() {
		return true;
	}

	/**
	 * Below that of DNS, which stays the scheme of targets that name none.
	 */
	@Override
	protected final int priority() {
		return 4;
	}

	@Override
	public final Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
		return Set.of(InetSocketAddress.class);
	}

}
