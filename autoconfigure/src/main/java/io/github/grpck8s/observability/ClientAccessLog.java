package io.github.grpck8s.observability;

import java.util.concurrent.TimeUnit;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.InfrastructureCalls;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.Deadline;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * A line for each call that a client ends, with all its attempts.
 */
final class ClientAccessLog implements ChannelFeature, ClientInterceptor {

	private final AccessLog log;

	ClientAccessLog(AccessLog log) {
		this.log = log;
	}

	@Override
	public void applyTo(ChannelSpec channel, ManagedChannelBuilder<?> builder) {
		builder.intercept(this);
	}

	@Override
	public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(MethodDescriptor<ReqT, RespT> method,
			CallOptions options, Channel next) {
		AccessRecord record = (this.log.infrastructure() || !InfrastructureCalls.contains(method))
				? this.log.start("client", method.getFullMethodName()) : null;
		if (record == null) {
			return next.newCall(method, options);
		}
		ClientCall<ReqT, RespT> call = next.newCall(method, options.withStreamTracerFactory(new Attempts(record)));
		return new SimpleForwardingClientCall<>(call) {

			@Override
			public void start(Listener<RespT> listener, Metadata headers) {
				record.span();
				record.headers(headers);
				super.start(new SimpleForwardingClientCallListener<>(listener) {

					@Override
					public void onClose(Status status, Metadata trailers) {
						record.peer(getAttributes());
						record.ended(status);
						super.onClose(status, trailers);
					}

				}, headers);
			}

		};
	}

	/** Sees what is sent, and the deadline that the call has in the end. */
	private static final class Attempts extends ClientStreamTracer.Factory {

		private final AccessRecord record;

		Attempts(AccessRecord record) {
			this.record = record;
		}

		@Override
		public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
			this.record.attempt();
			Deadline deadline = info.getCallOptions().getDeadline();
			if (deadline != null && info.getPreviousAttempts() == 0) {
				this.record.deadline(deadline.timeRemaining(TimeUnit.MILLISECONDS));
			}
			return new ClientStreamTracer() {

				@Override
				public void outboundWireSize(long bytes) {
					Attempts.this.record.sent(bytes);
				}

				@Override
				public void inboundWireSize(long bytes) {
					Attempts.this.record.received(bytes);
				}

			};
		}

	}

}
