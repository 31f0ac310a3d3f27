package io.github.grpck8s.observability;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Lines of the access log, of real calls.
 */
class AccessLogTests {

	private final Logger logger = (Logger) LoggerFactory.getLogger(AccessLogWriter.LOGGER);

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	@BeforeEach
	void listen() {
		this.log.start();
		this.logger.addAppender(this.log);
	}

	@AfterEach
	void hush() {
		this.logger.detachAppender(this.log);
	}

	@Test
	void callLeavesALineOnBothSides() throws Exception {
		try (AccessLogs logs = logs(1, true); Talk talk = talk(logs)) {
			ClientCalls.blockingUnaryCall(talk.channel, Talk.SAY,
					CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS), "hello");
			await().untilAsserted(() -> assertThat(this.log.list).hasSize(2));
			for (String kind : List.of("server", "client")) {
				Map<String, Object> fields = line(kind);
				assertThat(fields).as(kind)
					.containsEntry("grpc.method", "talk.Talk/Say")
					.containsEntry("grpc.status", "OK")
					.containsKeys("event.duration", "grpc.peer", "grpc.sent_bytes", "grpc.received_bytes");
				assertThat((Long) fields.get("grpc.deadline_ms")).as(kind).isBetween(20_000L, 30_000L);
			}
			assertThat(line("client")).containsEntry("grpc.attempts", 1);
			assertThat(this.log.list)
				.allSatisfy((event) -> assertThat(event.getFormattedMessage()).doesNotContain("hello")
					.contains("talk.Talk/Say"));
		}
	}

	@Test
	void failedCallsLeaveALineThoughTheyWereNotDrawn() throws Exception {
		try (AccessLogs logs = logs(0, true); Talk talk = talk(logs)) {
			say(talk);
			talk.say = (request) -> {
				throw Status.NOT_FOUND.withDescription("user 4711").asRuntimeException();
			};
			fail(talk, Talk.SAY);
			await().untilAsserted(() -> assertThat(this.log.list).hasSize(2));
			assertThat(line("server")).containsEntry("grpc.status", "NOT_FOUND");
			assertThat(line("client")).containsEntry("grpc.status", "NOT_FOUND");
			assertThat(this.log.list.toString()).doesNotContain("4711");
		}
	}

	@Test
	void neitherDrawnNorFailedLeavesNothing() throws Exception {
		AccessLogs logs = logs(0, false);
		try (Talk talk = talk(logs)) {
			say(talk);
			fail(talk, Talk.method("talk.Talk/Unknown", MethodDescriptor.MethodType.UNARY, true));
		}
		// writes what waits
		logs.close();
		assertThat(this.log.list).isEmpty();
	}

	@Test
	void methodThatTheServerDoesNotHaveLeavesALine() throws Exception {
		try (AccessLogs logs = logs(1, true); Talk talk = new Talk(List.of(logs.server()), List.of())) {
			fail(talk, Talk.method("talk.Talk/Unknown", MethodDescriptor.MethodType.UNARY, true));
			await().untilAsserted(() -> assertThat(this.log.list).hasSize(1));
			assertThat(line("server")).containsEntry("grpc.method", "talk.Talk/Unknown")
				.containsEntry("grpc.status", "UNIMPLEMENTED");
		}
	}

	@Test
	void probesLeaveNoLinesUnlessAskedFor() throws Exception {
		try (AccessLogs logs = logs(1, true); Talk talk = talk(logs)) {
			HealthGrpc.newBlockingStub(talk.channel).check(HealthCheckRequest.getDefaultInstance());
			say(talk);
			await().untilAsserted(() -> assertThat(this.log.list).hasSize(2));
			assertThat(this.log.list.toString()).doesNotContain("grpc.health");
		}
		this.log.list.clear();
		try (AccessLogs logs = new AccessLogs(1, true, List.of(), true, true); Talk talk = talk(logs)) {
			HealthGrpc.newBlockingStub(talk.channel).check(HealthCheckRequest.getDefaultInstance());
			await().untilAsserted(() -> assertThat(this.log.list).hasSize(2));
		}
	}

	@Test
	void onlyHeadersThatWereAskedForAreWritten() throws Exception {
		try (AccessLogs logs = new AccessLogs(1, true, List.of("X-Tenant"), false, true);
				Talk talk = new Talk(List.of(logs.server()), List.of())) {
			Metadata headers = new Metadata();
			headers.put(Metadata.Key.of("x-tenant", Metadata.ASCII_STRING_MARSHALLER), "blue");
			headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer abc");
			ClientCalls.blockingUnaryCall(
					ClientInterceptors.intercept(talk.channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
					Talk.SAY, CallOptions.DEFAULT, "hello");
			await().untilAsserted(() -> assertThat(this.log.list).hasSize(1));
			assertThat(line("server")).containsEntry("grpc.metadata.x-tenant", "blue");
			assertThat(line("server").toString()).doesNotContain("abc");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "authorization", "Authorization", "proxy-authorization", "cookie", "set-cookie",
			"x-api-key", "x-auth-token", "x-amz-security-token", "x-session-id", "db-password" })
	void headersThatMayHoldASecretAreKnown(String name) {
		assertThat(AccessLogs.isSecret(name)).isTrue();
		assertThat(AccessLogs.isSecret("x-tenant")).isFalse();
	}

	private static AccessLogs logs(double sampling, boolean errors) {
		return new AccessLogs(sampling, errors, List.of(), false, true);
	}

	private static Talk talk(AccessLogs logs) throws Exception {
		return new Talk(List.of(logs.server()), List.of(logs.client()));
	}

	private static void say(Talk talk) {
		ClientCalls.blockingUnaryCall(talk.channel, Talk.SAY, CallOptions.DEFAULT, "hello");
	}

	private static void fail(Talk talk, MethodDescriptor<String, String> method) {
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> ClientCalls.blockingUnaryCall(talk.channel, method, CallOptions.DEFAULT, "hello"));
	}

	private Map<String, Object> line(String kind) {
		return List.copyOf(this.log.list)
			.stream()
			.map((event) -> event.getKeyValuePairs()
				.stream()
				.collect(Collectors.toMap((KeyValuePair pair) -> pair.key, (KeyValuePair pair) -> pair.value)))
			.filter((fields) -> kind.equals(fields.get("grpc.kind")))
			.findFirst()
			.orElseThrow();
	}

}
