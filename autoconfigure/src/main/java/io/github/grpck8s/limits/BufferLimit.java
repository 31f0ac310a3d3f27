package io.github.grpck8s.limits;

import io.github.grpck8s.ServerFeature;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerBuilder;
import io.grpc.ServerStreamTracer;
import io.grpc.ServerTransportFilter;

/**
 * Limits the memory that the messages of one connection occupy in a server. HTTP/2 and
 * gRPC leave two doors open: a handler that does not wait for {@code isReady} fills the
 * memory with answers that the client does not read, and every open call may have an
 * unfinished message of the greatest size. Here the calls of a connection share a budget.
 * While it is used up, an answer or a part of a message that takes a call beyond a small
 * allowance ends that call with RESOURCE_EXHAUSTED. What a connection occupies is at most
 * the budget, the allowance of each call, and one message for each thread that answers.
 *
 * @param maxBytes the budget of each connection
 */
public record BufferLimit(long maxBytes) implements ServerFeature {

	static final Attributes.Key<Budget> BUDGET = Attributes.Key.create("io.github.grpck8s.limits.budget");

	@Override
	public void applyTo(ServerBuilder<?> server) {
		long limit = this.maxBytes;
		server.addTransportFilter(new ServerTransportFilter() {

			@Override
			public Attributes transportReady(Attributes attributes) {
				String peer = String.valueOf(attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
				return attributes.toBuilder().set(BUDGET, new Budget(limit, peer)).build();
			}

		});
		server.addStreamTracerFactory(new ServerStreamTracer.Factory() {

			@Override
			public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
				return new CallBuffers();
			}

		});
		server.intercept(new UnreadAnswers());
	}

}
