package io.github.grpck8s.example;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Profile;
import org.springframework.core.annotation.Order;

/**
 * Says in the response header {@code served-by} which pod answered, and in the trailers
 * of a call that failed before it had an answer.
 */
@GrpcGlobalServerInterceptor
@Order(1)
@Profile("server")
class ServedByInterceptor implements ServerInterceptor {

	/** Name of the pod; where it has none, address and port of the server. */
	static final Metadata.Key<String> SERVED_BY = Metadata.Key.of("served-by", Metadata.ASCII_STRING_MARSHALLER);

	private final String podName;

	ServedByInterceptor(@Value("${example.pod-name:}") String podName) {
		this.podName = podName.strip();
	}

	@Override
	public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
			ServerCallHandler<Q, A> next) {
		String name = this.podName.isEmpty() ? address(call) : this.podName;
		return next.startCall(new SimpleForwardingServerCall<>(call) {

			private boolean headersSent;

			@Override
			public void sendHeaders(Metadata responseHeaders) {
				this.headersSent = true;
				responseHeaders.put(SERVED_BY, name);
				super.sendHeaders(responseHeaders);
			}

			@Override
			public void close(Status status, Metadata trailers) {
				if (!this.headersSent) {
					trailers.put(SERVED_BY, name);
				}
				super.close(status, trailers);
			}

		}, headers);
	}

	private static String address(ServerCall<?, ?> call) {
		SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR);
		if (address instanceof InetSocketAddress inet) {
			return inet.getAddress().getHostAddress() + ":" + inet.getPort();
		}
		return String.valueOf(address);
	}

}
