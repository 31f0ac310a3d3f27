package io.github.grpck8s.observability;

import java.util.concurrent.TimeUnit;

import io.github.grpck8s.InfrastructureCalls;
import io.github.grpck8s.ServerFeature;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;

/**
 * A line for each call that a server ends, also for calls of methods that it does not
 * have.
 */
final class ServerAccessLog extends ServerStreamTracer.Factory implements ServerFeature, ServerInterceptor {

	private static final Context.Key<AccessRecord> CALL = Context.key("io.github.grpck8s.observability.access");

	private static final ServerStreamTracer UNSEEN = new ServerStreamTracer() {
	};

	private final AccessLog log;

	ServerAccessLog(AccessLog log) {
		this.log = log;
	}

	@Override
	public void applyTo(ServerBuilder<?> server) {
		server.addStreamTracerFactory(this);
		server.intercept(this);
	}

	@Override
	public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
		if (!this.log.infrastructure() && InfrastructureCalls.containsService(fullMethodName)) {
			return UNSEEN;
		}
		AccessRecord call = this.log.start("server", fullMethodName);
		if (call == null) {
			return UNSEEN;
		}
		call.headers(headers);
		return new Tracer(call);
	}

	/** Deadline and span are known only where the call is handled. */
	@Override
	public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(ServerCall<ReqT, RespT> call, Metadata headers,
			ServerCallHandler<ReqT, RespT> next) {
		AccessRecord record = CALL.get();
		if (record != null) {
			record.span();
			Deadline deadline = Context.current().getDeadline();
			if (deadline != null) {
				record.deadline(deadline.timeRemaining(TimeUnit.MILLISECONDS));
			}
		}
		return next.startCall(call, headers);
	}

	private static final class Tracer extends ServerStreamTracer {

		private final AccessRecord call;

		Tracer(AccessRecord call) {
			this.call = call;
		}

		@Override
		public Context filterContext(Context context) {
			return context.withValue(CALL, this.call);
		}

		@Override
		public void serverCallStarted(ServerCallInfo<?, ?> info) {
			this.call.peer(info.getAttributes());
		}

		@Override
		public void outboundWireSize(long bytes) {
			this.call.sent(bytes);
		}

		@Override
		public void inboundWireSize(long bytes) {
			this.call.received(bytes);
		}

		@Override
		public void streamClosed(Status status) {
			this.call.ended(status);
		}

	}

}
