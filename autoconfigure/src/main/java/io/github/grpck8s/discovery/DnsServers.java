package io.github.grpck8s.discovery;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;

/**
 * Asks DNS servers one after the other, beginning with the one that answered last. No
 * cache of the JVM or of the library is in the way; an answer that was cut short is asked
 * for again over TCP. Never blocks. Thread-safe.
 */
final class DnsServers {

	private static final int ROUNDS = 2;

	private final List<SimpleResolver> servers;

	private final Duration timeout;

	private final ScheduledExecutorService timers;

	private volatile int preferred;

	/**
	 * Create.
	 * @param servers the servers in the order in which they are asked at first
	 * @param timeout time that each has for an answer
	 * @param timers for that time
	 */
	DnsServers(List<InetSocketAddress> servers, Duration timeout, ScheduledExecutorService timers) {
		this.servers = servers.stream().map(SimpleResolver::new).toList();
		// the library looks at the clock about once a second: only the last resort
		this.servers.forEach((server) -> server.setTimeout(timeout.plusSeconds(1)));
		this.timeout = timeout;
		this.timers = timers;
	}

	/**
	 * Ask a question.
	 * @return an answer that says yes or no; completes with a {@link DnsException} if no
	 * server gives one
	 */
	CompletableFuture<Message> ask(Name name, int type) {
		Question question = new Question(Record.newRecord(name, type, DClass.IN));
		question.next();
		return question.answer;
	}

	/**
	 * One question on its way from server to server.
	 */
	private final class Question {

		private final Record record;

		private final CompletableFuture<Message> answer = new CompletableFuture<>();

		private final List<String> failures = new ArrayList<>();

		private final int first = DnsServers.this.preferred;

		private int asked;

		Question(Record record) {
			this.record = record;
		}

		void next() {
			int count = DnsServers.this.servers.size();
			if (this.asked == ROUNDS * count) {
				this.answer.completeExceptionally(new DnsException(
						String.join(", ", this.failures.subList(this.failures.size() - count, this.failures.size()))));
				return;
			}
			int index = (this.first + this.asked) % count;
			this.asked++;
			SimpleResolver server = DnsServers.this.servers.get(index);
			CompletableFuture<Message> attempt = send(server);
			ScheduledFuture<?> limit;
			try {
				limit = DnsServers.this.timers.schedule(() -> attempt.completeExceptionally(new TimeoutException()),
						DnsServers.this.timeout.toNanos(), TimeUnit.NANOSECONDS);
			}
			catch (RejectedExecutionException ex) {
				this.answer.completeExceptionally(new DnsException("no longer asked"));
				return;
			}
			attempt.whenComplete((message, cause) -> {
				limit.cancel(false);
				answered(index, server, message, cause);
			});
		}

		private CompletableFuture<Message> send(SimpleResolver server) {
			try {
				return server.sendAsync(Message.newQuery(this.record)).toCompletableFuture();
			}
			catch (RuntimeException ex) {
				return CompletableFuture.failedFuture(ex);
			}
		}

		private void answered(int index, SimpleResolver server, @Nullable Message message, @Nullable Throwable cause) {
			int code = (message != null) ? message.getRcode() : -1;
			if (message != null && (code == Rcode.NOERROR || code == Rcode.NXDOMAIN)) {
				DnsServers.this.preferred = index;
				this.answer.complete(message);
				return;
			}
			if (code == Rcode.FORMERR) {
				// older than EDNS
				server.setEDNS(-1);
			}
			InetSocketAddress address = server.getAddress();
			this.failures.add(address.getAddress().getHostAddress() + ":" + address.getPort() + " "
					+ ((cause != null) ? why(cause) : "answered " + Rcode.string(code)));
			next();
		}

		private String why(Throwable cause) {
			Throwable root = (cause instanceof CompletionException && cause.getCause() != null) ? cause.getCause()
					: cause;
			if (root instanceof TimeoutException) {
				return "did not answer within " + DnsServers.this.timeout.toMillis() + " ms";
			}
			return "failed (" + ((root.getMessage() != null) ? root.getMessage() : root) + ")";
		}

	}

	/**
	 * No server gave an answer.
	 */
	static final class DnsException extends IOException {

		private static final long serialVersionUID = 1L;

		DnsException(String message) {
			super(message);
		}

	}

}
