package io.github.grpck8s.it.starter;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/**
 * What a caller with a trace of its own sends.
 *
 * @param value the header
 */
record Traceparent(String value) implements ClientInterceptor {

	@Override
	public <Q, S> ClientCall<Q, S> interceptCall(MethodDescriptor<Q, S> method, CallOptions options, Channel next) {
		return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

			@Override
			public void start(Listener<S> listener, Metadata headers) {
				headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), Traceparent.this.value);
				super.start(listener, headers);
			}

		};
	}

}
