package io.github.grpck8s;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * Lets every room explain the calls of a channel that fail.
 */
public final class StatusHints implements ChannelFeature {

	private final Supplier<Stream<StatusHintFeature>> features;

	/**
	 * Create the feature.
	 * @param features what the rooms have to say, in order; asked once for each channel
	 */
	public StatusHints(Supplier<Stream<StatusHintFeature>> features) {
		this.features = features;
	}

	@Override
	public void applyTo(ChannelSpec channel, ManagedChannelBuilder<?> builder) {
		List<StatusHint> hints = this.features.get()
			.map((feature) -> feature.hint(channel))
			.filter(Objects::nonNull)
			.toList();
		if (!hints.isEmpty()) {
			builder.intercept(new Interceptor(hints));
		}
	}

	private record Interceptor(List<StatusHint> hints) implements ClientInterceptor {

		@Override
		public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
			return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

				@Override
				public void start(Listener<A> listener, Metadata headers) {
					super.start(new SimpleForwardingClientCallListener<>(listener) {

						@Override
						public void onClose(Status status, Metadata trailers) {
							super.onClose(status.isOk() ? status : explain(method, options, status), trailers);
						}

					}, headers);
				}

			};
		}

		private Status explain(MethodDescriptor<?, ?> method, CallOptions options, Status status) {
			Status explained = status;
			for (StatusHint hint : this.hints) {
				explained = hint.explain(method, options, explained);
			}
			return explained;
		}

	}

}
